/** A time line as spans of one state each. */
import type { Kill, Timeline, TimelineEvent } from '@/api/types';

export interface Span {
  from: number;
  to: number;
  is: 'on' | 'off' | 'killed';
}

/** What the time line alone does not say. */
export interface Standing {
  enabled: boolean;
  kill: Pick<Kill, 'at' | 'until'> | null;
}

const isTurn = (event: TimelineEvent) => event.event === 'turn';

/** The states of one flag from end to end, in order, without gaps. */
export function spansOf(line: Timeline, { enabled, kill }: Standing): Span[] {
  const [start, end] = [Date.parse(line.from), Date.parse(line.to)];
  const spans: Span[] = [];
  let from = start;
  let is: Span['is'] = enabled ? 'on' : 'off';
  for (const turn of line.events.filter(isTurn)) {
    const at = Date.parse(turn.at);
    const next = turn.on ? 'on' : 'off';
    if (next !== is && at > from) {
      spans.push({ from, to: at, is });
      from = at;
    }
    is = next;
  }
  spans.push({ from, to: end, is });
  return kill ? withKill(spans, kill, start, end) : spans;
}

function withKill(spans: Span[], kill: Pick<Kill, 'at' | 'until'>, start: number, end: number): Span[] {
  const from = Math.max(start, Date.parse(kill.at));
  const to = kill.until ? Math.min(end, Date.parse(kill.until)) : end;
  if (to <= from) return spans;
  const before = spans.filter((span) => span.from < from).map((span) => cut(span, span.from, from));
  const after = spans.filter((span) => span.to > to).map((span) => cut(span, to, span.to));
  return [...before, { from, to, is: 'killed' }, ...after];
}

const cut = (span: Span, from: number, to: number): Span => ({
  ...span,
  from: Math.max(span.from, from),
  to: Math.min(span.to, to),
});

/** An event with what the flag was before it: a turn may leave it as it is. */
export interface Happening extends TimelineEvent {
  changes: boolean;
}

/**
 * What really happens after a moment. The first turn of each flag is the state that the line began with, and no
 * event.
 */
export function happenings(line: Timeline, after: number): Happening[] {
  const was = new Map<string, boolean | null | undefined>();
  const found: Happening[] = [];
  for (const event of line.events) {
    const known = was.get(event.flag);
    const first = isTurn(event) && !was.has(event.flag);
    if (isTurn(event)) was.set(event.flag, event.on);
    if (!first && Date.parse(event.at) > after)
      found.push({ ...event, changes: !isTurn(event) || event.on !== known });
  }
  return found;
}
