import { type CSSProperties, type PointerEvent, useRef, useState } from 'react';
import { childrenOf, type Moved, type Path, parentPath, placeAt, samePath, unitAt } from './condition';
import { readPath } from './treeContext';
import type { Condition } from './wire';

const THRESHOLD = 8;

export interface DragHandle {
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  onPointerUp: () => void;
  onPointerCancel: () => void;
}

export interface TreeDrag {
  handle: (path: Path) => DragHandle;
  /** Where the row would land. */
  line: CSSProperties | undefined;
}

/** Before the child at `index` of the group; `row` and `edge` say where that is drawn. */
interface Drop {
  group: Path;
  index: number;
  row: HTMLElement;
  edge: 'top' | 'bottom';
}

interface Point {
  x: number;
  y: number;
}

const isWithin = (path: Path, outer: Path) => samePath(path.slice(0, outer.length), outer);

/**
 * What a point means: the upper half of a row is before it, the lower half after it, and that of a group's row
 * inside. Behind the last row of a group, the further to the left, the further out.
 */
export function dropAt(box: HTMLElement, root: Condition, from: Path, { x, y }: Point): Drop | undefined {
  const rowOf = (path: Path) => box.querySelector<HTMLElement>(`[data-path="/${path.join('/')}"]`);
  const rows = [...box.querySelectorAll<HTMLElement>('[data-path]')].filter(
    (each) => !isWithin(readPath(each.dataset.path), from),
  );
  const row = rows.filter((each) => each.getBoundingClientRect().top <= y).at(-1) ?? rows[0];
  if (!row) return undefined;
  const rect = row.getBoundingClientRect();
  let path = readPath(row.dataset.path);
  const unit = unitAt(root, path);
  const isLower = y >= rect.top + rect.height / 2;
  // A deep group is drawn as one row, without its own.
  const isOpen = unit !== undefined && childrenOf(unit.core) && rowOf([...unit.corePath, 0]) !== null;
  if (path.length === 0 || (isOpen && isLower)) return { group: path, index: 0, row, edge: 'bottom' };
  let group = parentPath(root, path);
  let index = path[path.length - 1] ?? 0;
  if (!isLower) return group && { group, index, row, edge: 'top' };
  let drawn = row;
  while (
    group &&
    group.length > 0 &&
    x < drawn.getBoundingClientRect().left &&
    isLast(root, group, index, from)
  ) {
    drawn = rowOf(group) ?? drawn;
    path = group;
    index = path[path.length - 1] ?? 0;
    group = parentPath(root, path);
  }
  return group && { group, index: index + 1, row, edge: 'bottom' };
}

/** Whether nothing but the row that is dragged comes after a child of a group. */
function isLast(root: Condition, group: Path, index: number, from: Path): boolean {
  const unit = unitAt(root, group);
  const rest = (unit && childrenOf(unit.core)?.length) ?? 0;
  const after = Array.from({ length: Math.max(0, rest - index - 1) }, (_, i) => index + 1 + i);
  return after.every((i) => unit && samePath([...unit.corePath, i], from));
}

/** Drags rows of a tree by their handles; the buttons and keys do the same. */
export function useTreeDrag(
  box: { current: HTMLElement | null },
  root: Condition | undefined,
  settle: (moved: Moved) => void,
): TreeDrag {
  const start = useRef<Point & { path: Path; active: boolean }>(undefined);
  const drop = useRef<Drop>(undefined);
  const [line, setLine] = useState<CSSProperties>();
  const end = () => {
    start.current = undefined;
    drop.current = undefined;
    setLine(undefined);
  };
  return {
    line,
    handle: (path) => ({
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        start.current = { path, x: event.clientX, y: event.clientY, active: false };
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        const from = start.current;
        if (!from || !box.current || !root) return;
        const point = { x: event.clientX, y: event.clientY };
        const far = Math.hypot(point.x - from.x, point.y - from.y) >= THRESHOLD;
        if (!from.active && !far) return;
        from.active = true;
        drop.current = dropAt(box.current, root, from.path, point);
        setLine(drop.current && lineOf(box.current, drop.current));
      },
      onPointerUp: () => {
        const [from, to] = [start.current, drop.current];
        const moved = from?.active && to && root ? placeAt(root, from.path, to.group, to.index) : undefined;
        end();
        if (moved) settle(moved);
      },
      onPointerCancel: end,
    }),
  };
}

/** As far in as the group's own rows are. */
function lineOf(box: HTMLElement, { group, row, edge }: Drop): CSSProperties {
  const [outer, rect] = [box.getBoundingClientRect(), row.getBoundingClientRect()];
  const head = box.querySelector(`[data-path="/${group.join('/')}"]`)?.getBoundingClientRect() ?? rect;
  const left = head.left + 20 - outer.left;
  return { top: (edge === 'top' ? rect.top : rect.bottom) - outer.top - 1, left, width: outer.width - left };
}
