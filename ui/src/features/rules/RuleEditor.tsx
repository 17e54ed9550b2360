import { Button, TextInput } from '@mantine/core';
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react';
import movable from '@/components/Movable.module.css';
import { Note } from '@/components/Status';
import { useMinute } from '@/components/Time';
import { useStable } from '@/components/useStable';
import { ruleText as t } from '@/text/rule';
import { ConditionEditor } from './ConditionEditor';
import { GateEditor } from './GateEditor';
import { type Marks, MarksContext } from './marks';
import { readOpenRule, writeOpenRule } from './openRule';
import classes from './Rules.module.css';
import { validateCurve } from './ramp';
import { ServeEditor } from './ServeEditor';
import { wordsOfGate, wordsOfServe } from './sentence';
import { validateCondition } from './validate';
import { type Condition, type Gate, type Rule, sameJson } from './wire';

// Typing in one part draws only that part anew.
const ConditionPart = memo(ConditionEditor);
const GatePart = memo(GateEditor);
const ServePart = memo(ServeEditor);

/** The tester follows what is typed, this long after the last key. */
const settleMs = 200;

interface RuleEditorProps {
  position: number;
  rule: Rule;
  /** Whether the rule is not in the list yet. */
  fresh?: boolean;
  /** Key of the draft that the rule belongs to. */
  draftKey: string;
  live: Rule | undefined;
  variants: readonly string[];
  marks: Marks;
  /** `started` is the rule as it was when it was opened. */
  onDone: (rule: Rule, started: Rule) => void;
  onCancel: () => void;
  /** Tells the tester what the rule looks like while it is edited. */
  onEdit?: (rule: Rule) => void;
}

/** One rule, opened in its place. Nothing is saved here: "Done" puts it into the draft. */
export function RuleEditor({
  position,
  rule,
  fresh = false,
  draftKey,
  live,
  variants,
  marks,
  onDone,
  onCancel,
  onEdit,
}: RuleEditorProps) {
  const [kept] = useState(() => {
    const found = readOpenRule(draftKey);
    return found?.edited.id === rule.id ? found : undefined;
  });
  const [edited, setEdited] = useState(kept?.edited ?? rule);
  const [started] = useState(kept?.started ?? rule);
  const [checked, setChecked] = useState(false);
  const now = useMinute();
  const summary = useRef<HTMLParagraphElement>(null);
  const problems = countProblems(edited);
  const timer = useRef<number>(undefined);
  const tell = useStable((next: Rule) => {
    writeOpenRule(draftKey, fresh ? { edited: next } : { started, edited: next });
    onEdit?.(next);
  });
  /** What was typed last and is not told yet. */
  const untold = useRef<Rule>(undefined);
  const settle = () => {
    window.clearTimeout(timer.current);
    if (untold.current) tell(untold.current);
    untold.current = undefined;
  };
  const leaving = useStable(settle);
  useEffect(() => {
    if (kept) tell(kept.edited);
    return leaving;
  }, [kept, tell, leaving]);
  const set = (next: Rule) => {
    setEdited(next);
    untold.current = next;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(settle, settleMs);
  };
  const setCondition = useStable((condition: Condition | undefined) => {
    const { condition: _, ...rest } = edited;
    set(condition ? { ...rest, condition } : rest);
  });
  const setGate = useStable((gate: Gate | undefined) => {
    const { gate: _, ...rest } = edited;
    set(gate ? { ...rest, gate } : rest);
  });
  const setServe = useStable((serve: Rule['serve']) => set({ ...edited, serve }));
  const leave = () => {
    window.clearTimeout(timer.current);
    untold.current = undefined;
    writeOpenRule(draftKey, undefined);
  };
  const cancel = () => {
    leave();
    onCancel();
  };
  const done = () => {
    if (problems > 0) {
      setChecked(true);
      window.setTimeout(() => summary.current?.focus());
      return;
    }
    leave();
    onDone(sameJson(edited, started) ? rule : edited, started);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      done();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      event.stopPropagation();
      cancel();
    }
  };
  return (
    <MarksContext value={marks}>
      {/* biome-ignore lint/a11y/useSemanticElements: keys of the fields inside bubble up to here */}
      <div className={movable.editor} role="group" aria-label={t.editing(position)} onKeyDown={onKeyDown}>
        {!sameJson(started, rule) && <Note tone="warn">{t.movedMeanwhile}</Note>}
        <TextInput
          label={t.name}
          size="xs"
          maw={360}
          data-autofocus
          value={edited.name ?? ''}
          onChange={(event) => set({ ...edited, name: event.currentTarget.value })}
        />
        <fieldset className={movable.part}>
          <legend>{t.if}</legend>
          <ConditionPart value={edited.condition} onChange={setCondition} />
        </fieldset>
        <fieldset className={movable.part}>
          <legend>{t.gate}</legend>
          <GatePart gate={edited.gate} onChange={setGate} />
        </fieldset>
        <fieldset className={movable.part}>
          <legend>{t.thenLabel}</legend>
          <ServePart
            label={t.thenServe}
            serve={edited.serve}
            variants={variants}
            live={live?.serve}
            onChange={setServe}
          />
        </fieldset>
        <p className={classes.result}>
          → {edited.gate ? `${wordsOfGate(edited.gate, now)}: ` : ''}
          {wordsOfServe(edited.serve, now)}
        </p>
        {checked && problems > 0 && (
          <p ref={summary} tabIndex={-1} role="alert" className={classes.summary}>
            {t.problems(problems)}
          </p>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={cancel}>
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
