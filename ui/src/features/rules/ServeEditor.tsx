import { NativeSelect, SegmentedControl, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useMinute } from '@/components/Time';
import { splitText as t } from '@/text/split';
import { printJson } from './conditionText';
import { RampEditor, withCurrent } from './RampEditor';
import { newCurve } from './ramp';
import classes from './Serve.module.css';
import { SplitEditor } from './SplitEditor';
import { variantsOf } from './sentence';
import { even, splitFrom } from './split';
import type { Json, Serve, What } from './wire';

export type ServeForm = 'variant' | 'split' | 'ramp' | 'value' | 'code_default' | 'json_logic';

export function formOf(what: What): ServeForm {
  if (what === 'code_default') return 'code_default';
  return Object.keys(what)[0] as ServeForm;
}

interface ServeEditorProps {
  label: string;
  serve: Serve;
  variants: readonly string[];
  /** What is live now in this place. */
  live?: Serve | undefined;
  /** Only a single variant makes sense here (overrides, off). */
  single?: boolean;
  readOnly?: boolean;
  onChange: (serve: Serve) => void;
}

/** What is served: a variant, a split between variants, or a ramp over time. */
export function ServeEditor({
  label,
  serve,
  variants,
  live,
  single = false,
  readOnly = false,
  onChange,
}: ServeEditorProps) {
  const now = useMinute();
  const form = formOf(serve.serve);
  const [kept, setKept] = useState<Partial<Record<ServeForm, What>>>({});
  const set = (what: What) => onChange({ ...serve, serve: what });
  const choose = (next: ServeForm) => {
    setKept((all) => ({ ...all, [form]: serve.serve }));
    set(kept[next] ?? startOf(next, serve, variants, now));
  };
  const forms: ServeForm[] = ['variant'];
  if (!single) forms.push('split', 'ramp');
  if (form === 'code_default' || single) forms.push('code_default');
  if (form === 'value' || form === 'json_logic') forms.push(form);
  return (
    <div className={classes.serve}>
      <div className={classes.row}>
        {forms.length > 1 && (
          <SegmentedControl
            size="xs"
            aria-label={label}
            readOnly={readOnly}
            value={form}
            data={forms.map((value) => ({ value, label: t.forms[value] }))}
            onChange={(next) => choose(next as ServeForm)}
          />
        )}
        {typeof serve.serve === 'object' && 'variant' in serve.serve && (
          <NativeSelect
            size="xs"
            aria-label={t.variantFor(label)}
            disabled={readOnly}
            value={serve.serve.variant}
            data={withCurrent(variants, serve.serve.variant)}
            error={variants.includes(serve.serve.variant) ? undefined : t.unknownVariant}
            onChange={(event) => set({ variant: event.currentTarget.value })}
          />
        )}
      </div>
      <ServeBody serve={serve} variants={variants} live={live} readOnly={readOnly} set={set} />
      {serve.enabled === false && <p className={classes.hint}>{t.notEnabled}</p>}
    </div>
  );
}

interface BodyProps {
  serve: Serve;
  variants: readonly string[];
  live: Serve | undefined;
  readOnly: boolean;
  set: (what: What) => void;
}

function ServeBody({ serve, variants, live, readOnly, set }: BodyProps) {
  const what = serve.serve;
  if (what === 'code_default') return <p className={classes.hint}>{t.codeDefaultHint}</p>;
  if ('split' in what) {
    const before =
      live && typeof live.serve === 'object' && 'split' in live.serve ? live.serve.split : undefined;
    return (
      <SplitEditor
        split={what.split}
        variants={variants}
        live={before}
        readOnly={readOnly}
        onChange={(split) => set({ split })}
      />
    );
  }
  if ('ramp' in what) {
    return (
      <RampEditor
        ramp={what.ramp}
        variants={variants}
        readOnly={readOnly}
        onChange={(ramp) => set({ ramp })}
      />
    );
  }
  if ('value' in what)
    return <InlineValue value={what.value} readOnly={readOnly} onChange={(value) => set({ value })} />;
  if ('json_logic' in what) {
    return <pre className={classes.code}>{printJson(what.json_logic.expression)}</pre>;
  }
  return null;
}

function InlineValue({
  value,
  readOnly,
  onChange,
}: {
  value: Json;
  readOnly: boolean;
  onChange: (value: Json) => void;
}) {
  const [text, setText] = useState(() => printJson(value));
  let wrong = false;
  try {
    JSON.parse(text);
  } catch {
    wrong = true;
  }
  return (
    <Textarea
      size="xs"
      aria-label={t.inlineValue}
      autosize
      maxRows={12}
      spellCheck={false}
      readOnly={readOnly}
      value={text}
      error={wrong ? t.notJson : undefined}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setText(next);
        try {
          onChange(JSON.parse(next) as Json);
        } catch {
          // Shown at the field; the last readable value stays.
        }
      }}
    />
  );
}

function startOf(form: ServeForm, serve: Serve, variants: readonly string[], now: number): What {
  const current = variantsOf(serve)[0] ?? variants[0] ?? '';
  const other = variants.find((key) => key !== current) ?? current;
  switch (form) {
    case 'split': {
      const keys = variants.length > 0 ? [...variants].slice(0, 2) : [current];
      const arms = even(splitFrom(keys.map((variant) => ({ variant, weight: 0 })))).arms;
      return { split: { arms: [...arms] } };
    }
    case 'ramp':
      return { ramp: { variant: current, rest: other, curve: newCurve(now) } };
    case 'value':
      return { value: null };
    case 'code_default':
      return 'code_default';
    default:
      return { variant: current };
  }
}
