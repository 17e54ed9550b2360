import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FlagKind, Json } from '@/api/types';
import { printJson } from '@/features/rules/conditionText';
import { readNumber } from '@/features/rules/operators';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';

interface ValueEditorProps {
  kind: FlagKind;
  label: string;
  value: Json | undefined;
  readOnly?: boolean;
  onChange: (value: Json | undefined) => void;
}

const LARGEST = 2 ** 53 - 1;

/** A value in the form its kind takes; what cannot be read stays at the field. */
export function ValueEditor({ kind, label, value, readOnly = false, onChange }: ValueEditorProps) {
  if (readOnly)
    return <code className={classes.value}>{value === undefined ? t.noValue : JSON.stringify(value)}</code>;
  if (kind === 'boolean') {
    return (
      <NativeSelect
        size="xs"
        aria-label={label}
        value={String(value ?? false)}
        data={['true', 'false']}
        onChange={(event) => onChange(event.currentTarget.value === 'true')}
      />
    );
  }
  if (kind === 'string') {
    return (
      <TextInput
        size="xs"
        aria-label={label}
        className={classes.mono}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return <Typed kind={kind} label={label} value={value} onChange={onChange} />;
}

type TypedProps = Omit<ValueEditorProps, 'readOnly'>;

function Typed({ kind, label, value, onChange }: TypedProps) {
  const [text, setText] = useState(() =>
    kind === 'object' || kind === 'any' ? printJson(value) : JSON.stringify(value ?? 0),
  );
  const read = readTyped(kind, text);
  const change = (next: string) => {
    setText(next);
    const parsed = readTyped(kind, next);
    if ('value' in parsed) onChange(parsed.value);
  };
  const error = 'error' in read ? read.error : undefined;
  if (kind === 'integer' || kind === 'float') {
    return (
      <TextInput
        size="xs"
        aria-label={label}
        className={classes.mono}
        inputMode="decimal"
        value={text}
        error={error}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return (
    <Textarea
      size="xs"
      aria-label={label}
      className={classes.mono}
      autosize
      minRows={1}
      maxRows={14}
      spellCheck={false}
      value={text}
      error={error}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

export function readTyped(kind: FlagKind, text: string): { value: Json } | { error: string } {
  if (kind === 'integer' || kind === 'float') {
    const number = readNumber(text);
    if (number === undefined) return { error: t.notNumber };
    if (kind === 'integer' && (!Number.isInteger(number) || Math.abs(number) > LARGEST))
      return { error: t.notInteger };
    return { value: number };
  }
  try {
    const value = JSON.parse(text) as Json;
    if (kind === 'object' && (typeof value !== 'object' || value === null)) return { error: t.notObject };
    return { value };
  } catch (error) {
    return { error: t.notJson(error instanceof Error ? error.message : '') };
  }
}
