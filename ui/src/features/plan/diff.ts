import type { Json } from '@/api/types';

export interface Line {
  op: 'same' | 'add' | 'remove';
  text: string;
}

function lines(value: Json | undefined): string[] {
  return value === undefined || value === null ? [] : JSON.stringify(value, null, 2).split('\n');
}

/** Line by line difference of two documents, by longest common subsequence. */
export function lineDiff(before: Json | undefined, after: Json | undefined): Line[] {
  const a = lines(before);
  const b = lines(after);
  if (a.length * b.length > 250_000) {
    return [
      ...a.map((text): Line => ({ op: 'remove', text })),
      ...b.map((text): Line => ({ op: 'add', text })),
    ];
  }
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => table[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const result: Line[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left !== undefined && left === right) {
      result.push({ op: 'same', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      result.push({ op: 'remove', text: left });
      i++;
    } else if (right !== undefined) {
      result.push({ op: 'add', text: right });
      j++;
    }
  }
  return result;
}

/** Keeps changed lines with some around them; a gap is a line with the text "…". */
export function fold(diff: Line[], around = 3): Line[] {
  const keep = new Set<number>();
  diff.forEach((line, index) => {
    if (line.op === 'same') return;
    for (let near = index - around; near <= index + around; near++) keep.add(near);
  });
  const result: Line[] = [];
  diff.forEach((line, index) => {
    if (keep.has(index)) result.push(line);
    else if (result.at(-1)?.text !== '…') result.push({ op: 'same', text: '…' });
  });
  return result;
}
