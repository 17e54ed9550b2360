import { ActionIcon, Button, UnstyledButton } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { ScheduleWindow } from '@/api/types';
import { announce } from '@/components/announce';
import { Icon } from '@/components/Icon';
import { moveItem } from '@/features/rules/parts';
import { sameJson } from '@/features/rules/wire';
import { scheduleText as t } from '@/text/schedule';
import type { Errors } from './form';
import classes from './Schedule.module.css';
import { WindowForm } from './WindowForm';
import { windowSentence } from './words';

interface WindowListProps {
  windows: ScheduleWindow[];
  live: readonly ScheduleWindow[];
  readOnly: boolean;
  onChange: (windows: ScheduleWindow[]) => void;
  check: (windows: ScheduleWindow[], position: number) => Promise<Errors | undefined>;
}

/** The key of the form of a new window. */
const fresh = 'new';

/** The windows in order; of those that are open the last decides. Every change goes into the draft. */
export function WindowList({ windows, live, readOnly, onChange, check }: WindowListProps) {
  const [open, setOpen] = useState<string>();
  const box = useRef<HTMLOListElement>(null);
  const pendingFocus = useRef<string>(undefined);
  useEffect(() => {
    const id = pendingFocus.current;
    if (id === undefined) return;
    pendingFocus.current = undefined;
    focusRow(id);
  });
  const focusRow = (id: string | undefined) =>
    id !== undefined &&
    box.current?.querySelector<HTMLElement>(`[data-window-row="${CSS.escape(id)}"]`)?.focus();
  const nameOf = (window: ScheduleWindow, index: number) => window.name || t.position(index + 1);
  const move = (from: number, to: number) => {
    const window = windows[from];
    if (!window || to < 0 || to >= windows.length) {
      announce(t.atEdge);
      return;
    }
    onChange(moveItem(windows, from, to));
    pendingFocus.current = window.id;
    announce(t.movedTo(nameOf(window, from), to + 1, windows.length));
  };
  const onRowKey = (event: KeyboardEvent, index: number, window: ScheduleWindow) => {
    if (event.target !== event.currentTarget) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter' && !readOnly) setOpen(window.id);
    else if (step !== 0 && event.altKey && !readOnly) move(index, index + step);
    else if (step !== 0 && !event.altKey) focusRow(windows[index + step]?.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const close = (id: string) => {
    setOpen(undefined);
    pendingFocus.current = id;
  };
  return (
    <>
      <ol ref={box} className={classes.list}>
        {windows.map((window, index) => (
          <li key={window.id} className={classes.item}>
            {/* biome-ignore lint/a11y/useSemanticElements: a row that moves by keys */}
            <div
              className={classes.row}
              role="group"
              aria-label={t.rowLabel(index + 1, window.name ?? '')}
              aria-keyshortcuts="Enter Alt+ArrowUp Alt+ArrowDown"
              data-window-row={window.id}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: a row that moves by keys
              tabIndex={0}
              onKeyDown={(event) => onRowKey(event, index, window)}
            >
              <span className={classes.number}>{index + 1}</span>
              <Words
                window={window}
                name={nameOf(window, index)}
                open={open === window.id}
                onOpen={readOnly ? undefined : () => setOpen(open === window.id ? undefined : window.id)}
              />
              {!sameJson(
                window,
                live.find((other) => other.id === window.id),
              ) && <span className={classes.dot} role="img" aria-label={t.edited} title={t.edited} />}
              {!readOnly && (
                <span className={classes.acts}>
                  <ActionIcon
                    size={24}
                    aria-label={t.up(nameOf(window, index))}
                    disabled={index === 0}
                    onClick={() => move(index, index - 1)}
                  >
                    <Icon name="up" size={14} />
                  </ActionIcon>
                  <ActionIcon
                    size={24}
                    aria-label={t.down(nameOf(window, index))}
                    disabled={index === windows.length - 1}
                    onClick={() => move(index, index + 1)}
                  >
                    <Icon name="down" size={14} />
                  </ActionIcon>
                  <ActionIcon
                    size={24}
                    aria-label={t.remove(nameOf(window, index))}
                    onClick={() => {
                      pendingFocus.current = (windows[index + 1] ?? windows[index - 1])?.id;
                      onChange(windows.filter((other) => other !== window));
                    }}
                  >
                    <Icon name="close" size={14} />
                  </ActionIcon>
                </span>
              )}
            </div>
            {open === window.id && !readOnly && (
              <WindowForm
                position={index + 1}
                window={window}
                check={(next) => check(replaced(windows, next), index)}
                onCancel={() => close(window.id)}
                onDone={(next) => {
                  onChange(replaced(windows, next));
                  close(next.id);
                }}
              />
            )}
          </li>
        ))}
      </ol>
      {open === fresh && !readOnly && (
        <WindowForm
          position={windows.length + 1}
          check={(next) => check([...windows, next], windows.length)}
          onCancel={() => setOpen(undefined)}
          onDone={(next) => {
            onChange([...windows, next]);
            close(next.id);
          }}
        />
      )}
      {!readOnly && open !== fresh && (
        <Button size="xs" variant="default" className={classes.add} onClick={() => setOpen(fresh)}>
          {t.add}
        </Button>
      )}
    </>
  );
}

const replaced = (windows: readonly ScheduleWindow[], next: ScheduleWindow) =>
  windows.map((other) => (other.id === next.id ? next : other));

interface WordsProps {
  window: ScheduleWindow;
  name: string;
  open: boolean;
  onOpen: (() => void) | undefined;
}

function Words({ window, name, open, onOpen }: WordsProps) {
  const words = (
    <>
      {window.name && <span className={classes.name}>{window.name}</span>}
      <span className={classes.sentence}>{windowSentence(window)}</span>
    </>
  );
  if (!onOpen) return <span className={classes.words}>{words}</span>;
  return (
    <UnstyledButton
      className={classes.words}
      aria-expanded={open}
      aria-label={`${t.open(name)}: ${windowSentence(window)}`}
      onClick={onOpen}
    >
      {words}
    </UnstyledButton>
  );
}
