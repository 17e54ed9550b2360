/** Rules in words. */
import { operatorWords, sentenceText as t } from '@/text/rules';
import { nextTransition, shareAt } from './ramp';
import { shareNumber, splitFrom } from './split';
import type { Condition, Curve, Gate, Json, Serve, Test, What } from './wire';

const FEW = 4;

export function percent(hundredths: number): string {
  return `${shareNumber(hundredths)}\u00a0%`;
}

export function valueWord(value: Json | undefined): string {
  if (typeof value === 'string') return /^[^\s,]+$/.test(value) ? value : t.quoted(value);
  return value === undefined ? '' : JSON.stringify(value);
}

function listWords(values: readonly Json[], last: string): string {
  if (values.length > FEW) return t.values(values.length);
  const words = values.map(valueWord);
  const end = words.pop();
  if (end === undefined) return t.values(0);
  return words.length === 0 ? end : `${words.join(', ')} ${last} ${end}`;
}

export function wordsOfTest(test: Test): string {
  const values = test.values ?? [];
  const operator = operatorWords[test.op][test.negate ? 'negated' : 'plain'];
  const subject =
    test.quantifier === 'all' || test.quantifier === 'none'
      ? `${t.elements[test.quantifier]} ${test.attribute}`
      : test.attribute;
  let object = '';
  if (test.op === 'modulo') object = t.modulo(valueWord(values[0]), valueWord(values[1]));
  else if (test.op === 'within') object = t.between(valueWord(values[0]), valueWord(values[1]));
  else if (test.op === 'in' && values.length > 0 && values.length <= FEW) {
    return [
      subject,
      operatorWords.equals[test.negate ? 'negated' : 'plain'],
      listWords(values, t.or),
      caseWord(test),
    ]
      .filter(Boolean)
      .join(' ');
  } else if (test.op !== 'exists') object = listWords(values, t.or);
  return [subject || '…', operator, object, caseWord(test)].filter(Boolean).join(' ');
}

function caseWord(test: Test): string {
  return test.ignore_case ? `(${t.ignoringCase})` : '';
}

/** One sentence for a whole tree; groups inside groups stand in parentheses. */
export function sentenceOf(condition: Condition | undefined, nested = false): string {
  if (!condition) return t.everybody;
  if ('test' in condition) return wordsOfTest(condition.test);
  if ('segment' in condition) return t.inSegment(condition.segment);
  if ('percentage' in condition) return t.percentage(percent(condition.percentage.share));
  if ('broken' in condition) return t.broken(condition.broken.problem);
  if ('not' in condition) {
    const inner = condition.not;
    if ('segment' in inner) return t.notInSegment(inner.segment);
    if ('all' in inner || 'any' in inner) return `${t.not} (${sentenceOf(inner)})`;
    return `${t.not} ${sentenceOf(inner, true)}`;
  }
  const list = 'all' in condition ? condition.all : condition.any;
  const word = 'all' in condition ? t.and : t.or;
  const only = list[0];
  if (!only) return 'all' in condition ? t.everybody : t.nobody;
  if (list.length === 1) return sentenceOf(only, nested);
  const text = list.map((child) => sentenceOf(child, true)).join(`, ${word} `);
  return nested ? `(${text})` : text;
}

export function shortSentence(condition: Condition | undefined, most = 90): string {
  const text = sentenceOf(condition);
  return text.length <= most ? text : `${text.slice(0, most - 1).trimEnd()}…`;
}

function curveWords(curve: Curve, now: number): { now: string; to: string | undefined } {
  const last = curve.points[curve.points.length - 1];
  const share = shareAt(curve, now);
  const next = nextTransition(curve, now);
  return { now: percent(share), to: next && last ? percent(last.share) : undefined };
}

export function wordsOfWhat(what: What, now: number): string {
  if (what === 'code_default') return t.codeDefault;
  if ('variant' in what) return what.variant;
  if ('value' in what) return shortJson(what.value);
  if ('split' in what) {
    const { arms } = splitFrom(what.split.arms);
    const parts = arms.map((arm) => arm.variant).join('/');
    return t.splitOf(`${parts} ${arms.map((arm) => shareNumber(arm.weight)).join('/')}`);
  }
  if ('ramp' in what) {
    const words = curveWords(what.ramp.curve, now);
    return words.to === undefined
      ? t.rampAt(words.now, what.ramp.variant)
      : t.rampOf(words.now, words.to, what.ramp.variant);
  }
  return t.expression;
}

export function wordsOfServe(serve: Serve, now: number): string {
  const text = wordsOfWhat(serve.serve, now);
  return serve.enabled === false ? `${text} ${t.disabled}` : text;
}

export function wordsOfGate(gate: Gate, now: number): string {
  if (!gate.curve) return t.gate(percent(gate.share));
  const words = curveWords(gate.curve, now);
  return words.to === undefined ? t.gate(words.now) : t.gateRamp(words.now, words.to);
}

export function shortJson(value: Json | undefined, most = 60): string {
  if (value === undefined) return '';
  const text = JSON.stringify(value);
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The variants a serve can lead to. */
export function variantsOf(serve: Serve): string[] {
  const what = serve.serve;
  if (what === 'code_default' || 'value' in what) return [];
  if ('variant' in what) return [what.variant];
  if ('split' in what) return what.split.arms.map((arm) => arm.variant);
  if ('ramp' in what) return [what.ramp.variant, what.ramp.rest];
  return what.json_logic.otherwise ? [what.json_logic.otherwise] : [];
}
