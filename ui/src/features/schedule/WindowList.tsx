import { ActionIcon, Button, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { ScheduleWindow } from '@/api/types';
import { Icon } from '@/components/Icon';
import { MovableRow, useMovable } from '@/components/Movable';
import movable from '@/components/Movable.module.css';
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
  const list = useMovable({
    items: windows,
    texts: t,
    readOnly,
    onMove: (from, to) => onChange(moveItem(windows, from, to)),
    onOpen: (window) => !readOnly && setOpen(window.id),
  });
  const close = (id: string) => {
    setOpen(undefined);
    list.focusLater(id);
  };
  return (
    <>
      <ol ref={list.box} className={movable.list}>
        {windows.map((window, index) => (
          <li key={window.id} className={movable.item}>
            <MovableRow
              list={list}
              index={index}
              changed={
                !sameJson(
                  window,
                  live.find((other) => other.id === window.id),
                )
              }
              marks={{ 'data-window-row': window.id }}
              acts={
                <ActionIcon
                  size={24}
                  aria-label={t.remove(list.nameAt(index))}
                  onClick={() => {
                    list.focusLater((windows[index + 1] ?? windows[index - 1])?.id);
                    onChange(windows.filter((other) => other !== window));
                  }}
                >
                  <Icon name="close" size={14} />
                </ActionIcon>
              }
            >
              <Words
                window={window}
                name={list.nameAt(index)}
                open={open === window.id}
                onOpen={readOnly ? undefined : () => setOpen(open === window.id ? undefined : window.id)}
              />
            </MovableRow>
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
        <Button size="xs" variant="default" className={movable.add} onClick={() => setOpen(fresh)}>
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
      {window.name && <span className={movable.name}>{window.name}</span>}
      <span className={classes.sentence}>{windowSentence(window)}</span>
    </>
  );
  if (!onOpen) return <span className={`${movable.words} ${classes.words}`}>{words}</span>;
  return (
    <UnstyledButton
      className={`${movable.words} ${classes.words}`}
      aria-expanded={open}
      aria-label={`${t.open(name)}: ${windowSentence(window)}`}
      onClick={onOpen}
    >
      {words}
    </UnstyledButton>
  );
}
