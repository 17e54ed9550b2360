import { Button, TextInput } from '@mantine/core';
import { type KeyboardEvent, useRef, useState } from 'react';
import { useMinute } from '@/components/Time';
import { ruleText as t } from '@/text/rule';
import { ConditionEditor } from './ConditionEditor';
import { GateEditor } from './GateEditor';
import { type Marks, MarksContext } from './marks';
import classes from './Rules.module.css';
import { validateCurve } from './ramp';
import { ServeEditor } from './ServeEditor';
import { wordsOfGate, wordsOfServe } from './sentence';
import { validateCondition } from './validate';
import { type Condition, type Gate, type Rule, sameJson } from './wire';

interface RuleEditorProps {
  position: number;
  rule: Rule;
  live: Rule | undefined;
  variants: readonly string[];
  marks: Marks;
  onDone: (rule: Rule) => void;
  onCancel: () => void;
  /** Tells the tester what the rule looks like while it is edited. */
  onEdit?: (rule: Rule) => void;
}

/** One rule, opened in its place. Nothing is saved here: "Done" puts it into the draft. */
export function RuleEditor({
  position,
  rule,
  live,
  variants,
  marks,
  onDone,
  onCancel,
  onEdit,
}: RuleEditorProps) {
  const [edited, setEdited] = useState(rule);
  const [checked, setChecked] = useState(false);
  const now = useMinute();
  const summary = useRef<HTMLParagraphElement>(null);
  const problems = countProblems(edited);
  const set = (next: Rule) => {
    setEdited(next);
    onEdit?.(next);
  };
  const setCondition = (condition: Condition | undefined) => {
    const { condition: _, ...rest } = edited;
    set(condition ? { ...rest, condition } : rest);
  };
  const setGate = (gate: Gate | undefined) => {
    const { gate: _, ...rest } = edited;
    set(gate ? { ...rest, gate } : rest);
  };
  const done = () => {
    if (problems > 0) {
      setChecked(true);
      window.setTimeout(() => summary.current?.focus());
      return;
    }
    onDone(sameJson(edited, rule) ? rule : edited);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      done();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      event.stopPropagation();
      onCancel();
    }
  };
  return (
    <MarksContext value={marks}>
      {/* biome-ignore lint/a11y/useSemanticElements: keys of the fields inside bubble up to here */}
      <div className={classes.editor} role="group" aria-label={t.editing(position)} onKeyDown={onKeyDown}>
        <TextInput
          label={t.name}
          size="xs"
          maw={360}
          data-autofocus
          value={edited.name ?? ''}
          onChange={(event) => set({ ...edited, name: event.currentTarget.value })}
        />
        <fieldset className={classes.part}>
          <legend>{t.if}</legend>
          <ConditionEditor value={edited.condition} onChange={setCondition} />
        </fieldset>
        <fieldset className={classes.part}>
          <legend>{t.gate}</legend>
          <GateEditor gate={edited.gate} onChange={setGate} />
        </fieldset>
        <fieldset className={classes.part}>
          <legend>{t.thenLabel}</legend>
          <ServeEditor
            label={t.thenServe}
            serve={edited.serve}
            variants={variants}
            live={live?.serve}
            onChange={(serve) => set({ ...edited, serve })}
          />
        </fieldset>
        <p className={classes.result}>
          → {edited.gate ? `${wordsOfGate(edited.gate, now)}: ` : ''}
          {wordsOfServe(edited.serve, now)}
        </p>
        {checked && problems > 0 && (
          <p ref={summary} tabIndex={-1} role="alert" className={classes.problem}>
            {t.problems(problems)}
          </p>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onCancel}>
            {t.cancel}
          </Button>
          <span className={classes.spacer} />
          <Button onClick={done}>{t.done}</Button>
        </div>
      </div>
    </MarksContext>
  );
}

function countProblems(rule: Rule): number {
  const what = rule.serve.serve;
  const curves = [rule.gate?.curve, typeof what === 'object' && 'ramp' in what ? what.ramp.curve : undefined];
  const inCurves = curves.flatMap((curve) => (curve ? validateCurve(curve) : []));
  return validateCondition(rule.condition).length + inCurves.length;
}
