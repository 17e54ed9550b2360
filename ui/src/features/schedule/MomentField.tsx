import { ActionIcon, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Icon } from '@/components/Icon';
import { relative } from '@/components/time';
import { clockChange, fromLocal, toLocal } from '@/features/rules/LocalTime';
import { scheduleText as t } from '@/text/schedule';
import { splitText } from '@/text/split';

interface MomentFieldProps {
  label: string;
  value: string | undefined;
  /** What it means to leave it empty. */
  empty: string;
  now: number;
  error?: string | undefined;
  onChange: (at: string | undefined) => void;
}

/** A moment in local time that may be left out; says its zone and how far it is. */
export function MomentField({ label, value, empty, now, error, onChange }: MomentFieldProps) {
  const local = value ? toLocal(value) : '';
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [typed, setTyped] = useState('');
  // A time that the clock jumps over is shown as the one it becomes: what was typed is what to speak of.
  const jump = value ? clockChange(fromLocal(typed) === value ? typed : local) : undefined;
  const help = [zone, value ? relative(value, now) : empty, jump ? splitText.clock[jump] : ''];
  return (
    <TextInput
      size="xs"
      type="datetime-local"
      label={label}
      value={local}
      error={error}
      description={help.filter(Boolean).join(' · ')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      rightSection={
        value && (
          <ActionIcon size={24} aria-label={t.clear(label)} onClick={() => onChange(undefined)}>
            <Icon name="close" size={14} />
          </ActionIcon>
        )
      }
      rightSectionPointerEvents="all"
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        onChange(fromLocal(event.currentTarget.value));
      }}
    />
  );
}
