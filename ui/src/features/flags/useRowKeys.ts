import { useRef } from 'react';
import type { FlagListItem } from '@/api/types';
import { useKeys } from '@/components/keys';

interface RowKeysOptions {
  items: FlagListItem[];
  onSelect: (item: FlagListItem) => void;
  onCreate: () => void;
}

const rowOf = (key: string) => document.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`);

/** `j` `k` between rows, `o` cell panel, `x` select; Enter follows the focused link by itself. */
export function useRowKeys({ items, onSelect, onCreate }: RowKeysOptions): void {
  const last = useRef<string>(undefined);
  const current = () => {
    const row = document.activeElement?.closest<HTMLElement>('[data-row]')?.dataset.row ?? last.current;
    return items.findIndex((item) => item.key === row);
  };
  const move = (step: number) => {
    const at = current();
    const next = items[Math.min(items.length - 1, Math.max(0, at === -1 ? 0 : at + step))];
    if (!next) return;
    last.current = next.key;
    const link = rowOf(next.key)?.querySelector<HTMLElement>('[data-row-link]');
    link?.focus();
    link?.scrollIntoView({ block: 'nearest' });
  };
  const act = (run: (item: FlagListItem) => void) => {
    const item = items[current()];
    if (item) run(item);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    c: onCreate,
    x: () => act(onSelect),
    o: () =>
      act((item) => {
        const focused = document.activeElement;
        const cell =
          focused instanceof HTMLElement && focused.dataset.cell
            ? focused
            : rowOf(item.key)?.querySelector<HTMLElement>('[data-cell]');
        cell?.click();
      }),
  });
}
