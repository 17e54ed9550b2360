import {
  ActionIcon,
  Autocomplete,
  Button,
  NativeSelect,
  SegmentedControl,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useId, useState } from 'react';
import type { Json } from '@/api/types';
import { Icon } from '@/components/Icon';
import { useKnownAttributes } from '@/features/rules/attributes';
import { readNumber } from '@/features/rules/operators';
import { testerText as t } from '@/text/tester';
import type { Context } from './fragment';
import classes from './Tester.module.css';

interface ContextFormProps {
  value: Context;
  onChange: (context: Context) => void;
}

const SUBJECT = 'targetingKey';

/** Who asks: the subject, and its attributes as a form or as JSON. */
export function ContextForm({ value, onChange }: ContextFormProps) {
  const [mode, setMode] = useState<'form' | 'json'>('form');
  const subject = value[SUBJECT];
  return (
    <div className={classes.context}>
      <TextInput
        size="xs"
        label={t.subject}
        data-tester-subject
        placeholder={t.subjectHint}
        value={typeof subject === 'string' ? subject : subject === undefined ? '' : JSON.stringify(subject)}
        onChange={(event) => {
          const { [SUBJECT]: _, ...rest } = value;
          const next = event.currentTarget.value;
          onChange(next === '' ? rest : { [SUBJECT]: next, ...rest });
        }}
      />
      <div className={classes.modeLine}>
        <span className={classes.label}>{t.attributes}</span>
        <SegmentedControl
          size="xs"
          aria-label={t.attributesAs}
          value={mode}
          data={[
            { value: 'form', label: t.form },
            { value: 'json', label: t.json },
          ]}
          onChange={(next) => setMode(next === 'json' ? 'json' : 'form')}
        />
      </div>
      {mode === 'form' ? (
        <Rows value={value} onChange={onChange} />
      ) : (
        <AsJson value={value} onChange={onChange} />
      )}
    </div>
  );
}

type RowType = 'string' | 'number' | 'boolean' | 'json';

interface Row {
  id: number;
  name: string;
  type: RowType;
  text: string;
}

function rowsOf(context: Context): Row[] {
  return Object.entries(context)
    .filter(([name]) => name !== SUBJECT)
    .map(([name, value], id) => ({ id, name, ...textOf(value) }));
}

function textOf(value: Json): { type: RowType; text: string } {
  if (typeof value === 'string') return { type: 'string', text: value };
  if (typeof value === 'number') return { type: 'number', text: String(value) };
  if (typeof value === 'boolean') return { type: 'boolean', text: String(value) };
  return { type: 'json', text: JSON.stringify(value) };
}

function parsedOf({ type, text }: Row): Json | undefined {
  if (type === 'string') return text;
  if (type === 'number') return readNumber(text);
  if (type === 'boolean') return text === 'true';
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

const rowTypes: RowType[] = ['string', 'number', 'boolean', 'json'];

function Rows({ value, onChange }: ContextFormProps) {
  const known = useKnownAttributes();
  const [rows, setRows] = useState(() => rowsOf(value));
  const set = (next: Row[]) => {
    setRows(next);
    const context: Context = {};
    const subject = value[SUBJECT];
    if (subject !== undefined) context[SUBJECT] = subject;
    for (const row of next) {
      const parsed = parsedOf(row);
      if (row.name.trim() !== '' && parsed !== undefined) context[row.name.trim()] = parsed;
    }
    onChange(context);
  };
  const change = (id: number, patch: Partial<Row>) =>
    set(rows.map((row) => (row.id === id ? { ...row, ...patch } : row)));
  const setName = (row: Row, name: string) => {
    const type = row.text === '' ? rowType(known.typeOf(name)) : row.type;
    change(row.id, { name, type, ...(type === 'boolean' && row.text === '' ? { text: 'true' } : {}) });
  };
  return (
    <>
      <ul className={classes.rows}>
        {rows.map((row) => (
          <li key={row.id}>
            <Autocomplete
              size="xs"
              aria-label={t.attributeName}
              placeholder={t.attributeName}
              value={row.name}
              data={known.names.filter((name) => name !== SUBJECT && name !== '$now')}
              limit={30}
              onChange={(name) => setName(row, name)}
            />
            <NativeSelect
              size="xs"
              aria-label={t.typeOf(row.name)}
              value={row.type}
              data={rowTypes.map((type) => ({ value: type, label: t.types[type] }))}
              onChange={(event) => change(row.id, { type: event.currentTarget.value as RowType })}
            />
            {row.type === 'boolean' ? (
              <NativeSelect
                size="xs"
                aria-label={t.valueOf(row.name)}
                value={row.text === 'true' ? 'true' : 'false'}
                data={['true', 'false']}
                onChange={(event) => change(row.id, { text: event.currentTarget.value })}
              />
            ) : (
              <TextInput
                size="xs"
                aria-label={t.valueOf(row.name)}
                placeholder={t.value}
                value={row.text}
                error={row.text !== '' && parsedOf(row) === undefined}
                onChange={(event) => change(row.id, { text: event.currentTarget.value })}
              />
            )}
            <ActionIcon
              size={24}
              aria-label={t.removeAttribute(row.name)}
              onClick={() => set(rows.filter((other) => other !== row))}
            >
              <Icon name="close" size={14} />
            </ActionIcon>
          </li>
        ))}
      </ul>
      <Button
        size="compact-xs"
        variant="default"
        className={classes.start}
        onClick={() =>
          setRows([
            ...rows,
            { id: Math.max(-1, ...rows.map((row) => row.id)) + 1, name: '', type: 'string', text: '' },
          ])
        }
      >
        {t.addAttribute}
      </Button>
    </>
  );
}

function rowType(type: string | undefined): RowType {
  return type === 'number' || type === 'boolean' ? type : 'string';
}

/** Malformed text keeps the last context and says where it breaks. */
function AsJson({ value, onChange }: ContextFormProps) {
  const id = useId();
  const [text, setText] = useState(() => JSON.stringify(value, null, 2));
  const error = problemOf(text);
  return (
    <Textarea
      id={id}
      size="xs"
      aria-label={t.contextJson}
      classNames={{ input: classes.mono }}
      autosize
      minRows={5}
      maxRows={20}
      spellCheck={false}
      value={text}
      error={error}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        if (problemOf(next) === undefined) onChange((next.trim() === '' ? {} : JSON.parse(next)) as Context);
      }}
    />
  );
}

function problemOf(text: string): string | undefined {
  if (text.trim() === '') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : t.notObject;
  } catch (error) {
    return t.malformed(error instanceof Error ? error.message : '');
  }
}
