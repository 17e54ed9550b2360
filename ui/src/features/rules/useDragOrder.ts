import { type PointerEvent, useRef, useState } from 'react';

const THRESHOLD = 8;

export interface DragOrder {
  /** Where the item would land: before this position. */
  target: number | undefined;
  dragged: number | undefined;
  handle: (index: number) => {
    onPointerDown: (event: PointerEvent<HTMLElement>) => void;
    onPointerMove: (event: PointerEvent<HTMLElement>) => void;
    onPointerUp: (event: PointerEvent<HTMLElement>) => void;
    onPointerCancel: () => void;
  };
}

/** Reorders a list by its handles; the buttons and keys do the same. Rows carry `data-rule-row`. */
export function useDragOrder(
  list: { current: HTMLElement | null },
  move: (from: number, to: number) => void,
): DragOrder {
  const start = useRef<{ index: number; y: number; active: boolean }>(undefined);
  const [state, setState] = useState<{ dragged: number; target: number }>();
  const end = () => {
    start.current = undefined;
    setState(undefined);
  };
  const targetAt = (y: number): number => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-rule-row]') ?? [])];
    const index = rows.findIndex((row) => {
      const box = row.getBoundingClientRect();
      return y < box.top + box.height / 2;
    });
    return index < 0 ? rows.length : index;
  };
  return {
    target: state?.target,
    dragged: state?.dragged,
    handle: (index) => ({
      onPointerDown: (event) => {
        if (event.button !== 0) return;
        start.current = { index, y: event.clientY, active: false };
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event) => {
        const from = start.current;
        if (!from) return;
        if (!from.active && Math.abs(event.clientY - from.y) < THRESHOLD) return;
        from.active = true;
        setState({ dragged: from.index, target: targetAt(event.clientY) });
      },
      onPointerUp: (event) => {
        const from = start.current;
        if (from?.active) {
          const target = targetAt(event.clientY);
          const to = target > from.index ? target - 1 : target;
          if (to !== from.index) move(from.index, to);
        }
        end();
      },
      onPointerCancel: end,
    }),
  };
}
