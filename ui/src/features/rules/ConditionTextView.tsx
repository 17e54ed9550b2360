import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { conditionEditorText as t } from '@/text/conditionEditor';
import { textProblem } from '@/text/rules';
import classes from './ConditionEditor.module.css';
import { parseCondition, printCondition } from './conditionText';
import { type Condition, sameJson } from './wire';

interface ConditionTextViewProps {
  value: Condition | undefined;
  readOnly: boolean;
  onChange: (next: Condition | undefined) => void;
}

/** The same tree as JSON. What is typed counts as soon as it can be read. */
export function ConditionTextView({ value, readOnly, onChange }: ConditionTextViewProps) {
  const [text, setText] = useState(() => printCondition(value));
  const parsed = parseCondition(text);
  const stale = parsed.ok && !sameJson(parsed.condition, value);
  const shown = stale ? printCondition(value) : text;
  return (
    <div>
      <Textarea
        aria-label={t.textLabel}
        classNames={{ input: classes.code }}
        autosize
        minRows={4}
        maxRows={24}
        readOnly={readOnly}
        spellCheck={false}
        value={shown}
        onChange={(event) => {
          const next = event.currentTarget.value;
          setText(next);
          const result = parseCondition(next);
          if (result.ok) onChange(result.condition);
        }}
      />
      {!parsed.ok && (
        <ul className={classes.errors} aria-live="polite">
          {parsed.errors.slice(0, 6).map((error) => (
            <li key={error.pointer + error.code}>{textProblem(error)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
