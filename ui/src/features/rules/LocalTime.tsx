import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { relative } from '@/components/time';
import { splitText as t } from '@/text/split';

interface LocalTimeProps {
  label: string;
  value: string;
  onChange: (at: string) => void;
  now: number;
  error?: string | undefined;
  readOnly?: boolean;
  /** Also shows the label, for forms. */
  labelled?: boolean;
}

const two = (n: number) => String(n).padStart(2, '0');

/** `2026-11-21T18:00` in the zone of the browser. */
export function toLocal(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function fromLocal(text: string): string | undefined {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('.000Z', 'Z');
}

/** Whether the clock jumps over this local time or shows it twice that day. */
export function clockChange(text: string): 'gap' | 'overlap' | undefined {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return undefined;
  if (toLocal(date.toISOString()) !== text) return 'gap';
  const hour = 3_600_000;
  const sameFace = [date.getTime() - hour, date.getTime() + hour].some(
    (time) => toLocal(new Date(time).toISOString()) === text,
  );
  return sameFace ? 'overlap' : undefined;
}

/** A moment in local time that says its zone, its UTC equivalent and how far it is. */
export function LocalTime({
  label,
  value,
  onChange,
  now,
  error,
  readOnly = false,
  labelled = false,
}: LocalTimeProps) {
  const local = toLocal(value);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [typed, setTyped] = useState('');
  // A time that the clock jumps over is shown as the one it becomes: what was typed is what to speak of.
  const jump = clockChange(fromLocal(typed) === value ? typed : local);
  const utc = local ? `${new Date(value).toISOString().slice(0, 16).replace('T', ' ')} UTC` : '';
  const help = [zone, utc, local ? relative(value, now) : '', jump ? t.clock[jump] : '']
    .filter(Boolean)
    .join(' · ');
  return (
    <TextInput
      size="xs"
      type="datetime-local"
      {...(labelled ? { label } : { 'aria-label': label })}
      value={local}
      readOnly={readOnly}
      error={error}
      description={help}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        const at = fromLocal(event.currentTarget.value);
        if (at) onChange(at);
      }}
    />
  );
}
