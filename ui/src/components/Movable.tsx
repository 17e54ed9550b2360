import { ActionIcon } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react';
import { announce } from './announce';
import { Icon } from './Icon';
import classes from './Movable.module.css';

/** What a list of movable rows says. */
export interface MovableTexts {
  position: (position: number) => string;
  rowLabel: (position: number, name: string) => string;
  movedTo: (name: string, position: number, count: number) => string;
  atEdge: string;
  up: (name: string) => string;
  down: (name: string) => string;
  edited: string;
}

interface Item {
  id: string;
  name?: string | undefined;
}

interface MovableOptions<T extends Item> {
  items: readonly T[];
  texts: MovableTexts;
  readOnly: boolean;
  onMove: (from: number, to: number) => void;
  onOpen: (item: T) => void;
}

export interface Movable<T extends Item> extends Pick<MovableOptions<T>, 'items' | 'texts' | 'readOnly'> {
  box: { current: HTMLOListElement | null };
  nameAt: (index: number) => string;
  /** Moves a row; says where it is now, or that it cannot go further. */
  move: (from: number, to: number) => void;
  /** The row that gets the focus once the list has been drawn again. */
  focusLater: (id: string | undefined) => void;
  onKey: (event: KeyboardEvent, index: number) => void;
}

/** An ordered list whose rows move by buttons and by keys; a moved row keeps the focus. */
export function useMovable<T extends Item>(options: MovableOptions<T>): Movable<T> {
  const { items, texts, readOnly, onMove, onOpen } = options;
  const box = useRef<HTMLOListElement>(null);
  const pending = useRef<string>(undefined);
  const focus = (id: string | undefined) =>
    id !== undefined &&
    box.current?.querySelector<HTMLElement>(`[data-movable="${CSS.escape(id)}"]`)?.focus();
  useEffect(() => {
    const id = pending.current;
    pending.current = undefined;
    focus(id);
  });
  const nameAt = (index: number) => items[index]?.name || texts.position(index + 1);
  const move = (from: number, to: number) => {
    const item = items[from];
    if (!item || to < 0 || to >= items.length || to === from) {
      announce(texts.atEdge);
      return;
    }
    onMove(from, to);
    pending.current = item.id;
    announce(texts.movedTo(nameAt(from), to + 1, items.length));
  };
  const onKey = (event: KeyboardEvent, index: number) => {
    const item = items[index];
    if (event.target !== event.currentTarget || !item) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') onOpen(item);
    else if (step !== 0 && event.altKey && !readOnly) move(index, index + step);
    else if (step !== 0 && !event.altKey) focus(items[index + step]?.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focusLater = (id: string | undefined) => {
    pending.current = id;
  };
  return { items, texts, readOnly, box, nameAt, move, focusLater, onKey };
}

interface MovableRowProps<T extends Item> {
  list: Movable<T>;
  index: number;
  /** Edited and not saved yet. */
  changed: boolean;
  handle?: React.HTMLAttributes<HTMLSpanElement> | undefined;
  /** Behind the buttons that move. */
  acts?: ReactNode;
  children: ReactNode;
  /** Further attributes of the row. */
  marks?: Record<`data-${string}`, string | boolean | undefined>;
}

/** One row: its place, what it says, and the buttons that move it. */
export function MovableRow<T extends Item>(props: MovableRowProps<T>) {
  const { list, index, changed, handle, acts, children, marks } = props;
  const { texts, items } = list;
  const item = items[index];
  const step = (icon: 'up' | 'down', to: number, end: number) => (
    <ActionIcon
      size={24}
      aria-label={texts[icon](list.nameAt(index))}
      disabled={index === end}
      onClick={() => list.move(index, to)}
    >
      <Icon name={icon} size={14} />
    </ActionIcon>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row that moves by keys
    <div
      className={classes.row}
      role="group"
      aria-label={texts.rowLabel(index + 1, item?.name ?? '')}
      aria-keyshortcuts="Enter Alt+ArrowUp Alt+ArrowDown"
      data-movable={item?.id}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a row that moves by keys
      tabIndex={0}
      onKeyDown={(event) => list.onKey(event, index)}
      {...marks}
    >
      {handle && (
        <span className={classes.handle} aria-hidden="true" {...handle}>
          ⠿
        </span>
      )}
      <span className={classes.number}>{index + 1}</span>
      {children}
      {changed && <span className={classes.dot} role="img" aria-label={texts.edited} title={texts.edited} />}
      {!list.readOnly && (
        <span className={classes.acts}>
          {step('up', index - 1, 0)}
          {step('down', index + 1, items.length - 1)}
          {acts}
        </span>
      )}
    </div>
  );
}
