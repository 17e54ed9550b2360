import { ActionIcon, Autocomplete, Button, NativeSelect, Pill, PillsInput } from '@mantine/core';
import { type ClipboardEvent, type KeyboardEvent, useState } from 'react';
import { Icon } from '@/components/Icon';
import { conditionEditorText as t } from '@/text/conditionEditor';
import classes from './ConditionEditor.module.css';
import { type AttributeType, OPERATORS, readList, readNumber } from './operators';
import type { Json, Test } from './wire';

interface ValueFieldsProps {
  test: Test;
  type: AttributeType;
  readOnly: boolean;
  examples: string[];
  onChange: (values: Json[]) => void;
}

/** The values of a test, in the form its operator takes. */
export function ValueFields({ test, type, readOnly, examples, onChange }: ValueFieldsProps) {
  const values = test.values ?? [];
  const { arity } = OPERATORS[test.op];
  if (arity === 'none') return null;
  if (arity === 'many') {
    return <ValueList values={values} type={type} readOnly={readOnly} onChange={onChange} />;
  }
  const setAt = (index: number, value: Json) => {
    const next = [...values];
    next[index] = value;
    onChange(next);
  };
  const labels =
    test.op === 'modulo' ? [t.divisor, t.remainder] : arity === 'two' ? [t.from, t.until] : [t.value];
  return labels.map((label, index) => (
    <OneValue
      key={label}
      label={label}
      type={type}
      value={values[index]}
      readOnly={readOnly}
      examples={examples}
      onChange={(value) => setAt(index, value)}
    />
  ));
}

interface OneValueProps {
  label: string;
  type: AttributeType;
  value: Json | undefined;
  readOnly: boolean;
  examples: string[];
  onChange: (value: Json) => void;
}

const placeholders: Partial<Record<AttributeType, string>> = {
  semver: '4.2.0',
  datetime: '2026-11-21T18:00:00Z',
  ip: '10.0.0.0/8',
};

function OneValue({ label, type, value, readOnly, examples, onChange }: OneValueProps) {
  const shown = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  const [text, setText] = useState(shown);
  const parsed: Json = type === 'number' ? (readNumber(text) ?? text) : text;
  const current = JSON.stringify(parsed) === JSON.stringify(value ?? '') ? text : shown;
  if (type === 'boolean') {
    return (
      <NativeSelect
        size="xs"
        aria-label={label}
        disabled={readOnly}
        value={shown || 'true'}
        data={['true', 'false']}
        onChange={(event) => onChange(event.currentTarget.value === 'true')}
      />
    );
  }
  return (
    <Autocomplete
      size="xs"
      className={classes.value}
      aria-label={label}
      placeholder={placeholders[type] ?? label}
      readOnly={readOnly}
      value={current}
      data={[...new Set(examples)]}
      limit={8}
      onChange={(next) => {
        setText(next);
        onChange(type === 'number' ? (readNumber(next) ?? next) : next);
      }}
    />
  );
}

const SHOWN = 24;
const LONG = 200;

interface ValueListProps {
  values: readonly Json[];
  type: AttributeType;
  readOnly: boolean;
  onChange: (values: Json[]) => void;
}

/** Chips with an input; pasting splits on commas, spaces and new lines. */
export function ValueList({ values, type, readOnly, onChange }: ValueListProps) {
  const [text, setText] = useState('');
  const [all, setAll] = useState(false);
  const [report, setReport] = useState('');
  const shown = all ? values : values.slice(0, SHOWN);

  const add = (input: string, whole: boolean) => {
    const list = readList(whole ? JSON.stringify(input.trim()) : input, type, values);
    if (list.values.length > 0) onChange([...values, ...list.values]);
    setReport(t.pasted(list.duplicates, list.malformed));
    setText(list.malformed.length > 0 ? list.malformed.join(' ') : '');
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData('text');
    if (!/[\s,;]/.test(pasted.trim())) return;
    event.preventDefault();
    add(text + pasted, false);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if ((event.key === 'Enter' || event.key === ',') && text.trim() !== '') {
      event.preventDefault();
      event.stopPropagation();
      add(text, true);
    } else if (event.key === 'Backspace' && text === '' && values.length > 0) {
      onChange(values.slice(0, -1));
    }
  };
  return (
    <div className={classes.list}>
      <PillsInput size="xs">
        <Pill.Group>
          {shown.map((value, index) => {
            const word = typeof value === 'string' ? value : JSON.stringify(value);
            return (
              <Pill key={JSON.stringify(value)} size="sm" className={classes.pill}>
                {word === '' ? t.emptyText : word}
                {!readOnly && (
                  <ActionIcon
                    size={16}
                    aria-label={t.removeValue(word)}
                    onClick={() => onChange(values.filter((_, other) => other !== index))}
                  >
                    <Icon name="close" size={10} />
                  </ActionIcon>
                )}
              </Pill>
            );
          })}
          {values.length > SHOWN && (
            <Button size="compact-xs" variant="subtle" onClick={() => setAll(!all)}>
              {all ? t.fewer : t.moreValues(values.length - SHOWN)}
            </Button>
          )}
          {!readOnly && (
            <PillsInput.Field
              aria-label={t.addValue}
              placeholder={values.length === 0 ? t.addValueHint : '+'}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
                setReport('');
              }}
              onPaste={onPaste}
              onKeyDown={onKeyDown}
              onBlur={() => text.trim() !== '' && add(text, true)}
            />
          )}
        </Pill.Group>
      </PillsInput>
      {report && (
        <p className={classes.report} role="status">
          {report}
        </p>
      )}
      {values.length > LONG && <p className={classes.report}>{t.longList(values.length)}</p>}
    </div>
  );
}
