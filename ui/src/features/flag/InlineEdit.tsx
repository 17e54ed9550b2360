import { TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { useRef, useState } from 'react';
import { Icon } from '@/components/Icon';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';

interface InlineEditProps {
  label: string;
  value: string;
  /** How the value looks when it is not edited. */
  shown?: string;
  empty: string;
  allowed: boolean;
  long?: boolean;
  onSave: (value: string) => Promise<void>;
}

/** A text that is edited in its place: Enter edits and saves, Escape restores. */
export function InlineEdit({ label, value, shown, empty, allowed, long = false, onSave }: InlineEditProps) {
  const [text, setText] = useState<string>();
  const [busy, setBusy] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setText(undefined);
    window.setTimeout(() => button.current?.focus());
  };
  const save = async () => {
    if (text === undefined || busy) return;
    if (text.trim() === value) {
      close();
      return;
    }
    setBusy(true);
    await onSave(text.trim());
    setBusy(false);
    close();
  };
  if (!allowed) {
    return value ? <span className={classes.plain}>{shown ?? value}</span> : null;
  }
  if (text === undefined) {
    return (
      <Tooltip label={t.editNamed(label)}>
        <UnstyledButton
          ref={button}
          className={classes.inline}
          aria-label={t.editValue(label, value)}
          onClick={() => setText(value)}
        >
          <span data-empty={value === '' || undefined}>{value === '' ? empty : (shown ?? value)}</span>
          <Icon name="settings" size={12} className={classes.pencil} />
        </UnstyledButton>
      </Tooltip>
    );
  }
  return (
    <TextInput
      size="xs"
      className={long ? classes.inlineLong : classes.inlineField}
      aria-label={label}
      autoFocus
      value={text}
      disabled={busy}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => !busy && text === value && setText(undefined)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') {
          event.preventDefault();
          void save();
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          close();
        }
      }}
    />
  );
}
