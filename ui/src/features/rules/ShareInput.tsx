import { TextInput } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { splitText as t } from '@/text/split';
import { readShare, shareNumber, WHOLE } from './split';

interface ShareInputProps {
  label: string;
  /** Hundredths of a percent. */
  value: number;
  onChange: (share: number) => void;
  /** The most that may be typed; more is refused at the field. */
  most?: number;
  readOnly?: boolean;
  rightSection?: ReactNode;
}

/** A percentage with two decimals: arrows step 1, with Shift 10, with Alt 0.1. */
export function ShareInput({ label, value, onChange, most = WHOLE, readOnly = false }: ShareInputProps) {
  const [text, setText] = useState<string>();
  const typed = text === undefined ? undefined : readShare(text);
  const wrong = text !== undefined && (typed === undefined || typed > most);
  const error = wrong ? (typed === undefined ? t.notShare : t.atMost(shareNumber(most))) : undefined;

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    event.preventDefault();
    event.stopPropagation();
    if (readOnly) return;
    const size = event.shiftKey ? 1_000 : event.altKey ? 10 : 100;
    const next = Math.max(0, Math.min(most, value + (event.key === 'ArrowUp' ? size : -size)));
    setText(undefined);
    onChange(next);
  };
  return (
    <TextInput
      size="xs"
      w={104}
      inputMode="decimal"
      aria-label={label}
      value={text ?? shareNumber(value)}
      error={error}
      readOnly={readOnly}
      rightSection="%"
      onKeyDown={onKeyDown}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        const share = readShare(next);
        if (share !== undefined && share <= most) onChange(share);
      }}
      onBlur={() => setText(undefined)}
    />
  );
}
