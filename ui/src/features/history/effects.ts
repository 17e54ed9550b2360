/** Effects of a change in human lines, whatever kind of document they touch. */
import type { Effect, Json } from '@/api/types';
import { diffBodies, diffCondition, type Mark } from '@/features/rules/diff';
import { type Body, bodyOf, type Part } from '@/features/rules/parts';
import { shortJson } from '@/features/rules/sentence';
import { type Condition, type ConfigBody, type OverridesBody, sameJson } from '@/features/rules/wire';
import { historyText as t } from '@/text/history';
import { diffText } from '@/text/rules';

export interface EffectLines {
  id: string;
  /** "checkout-v2 in prod", "segment beta". */
  title: string;
  lines: EditLine[];
  /** For what a flag does in an environment: where that is, and how it was before. */
  setting?: { flag: string; environment: string; was: Body };
}

export interface EditLine {
  mark: Mark;
  title: string;
  text: string;
  /** What alone would be taken back, or whether the flag was on before. */
  part?: Part | { kind: 'state'; on: boolean };
}

type Fields = Record<string, Json>;

function fieldsOf(value: Json | undefined): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

const emptyServe = { serve: 'code_default' as const };
const emptyConfig: ConfigBody = { off: emptyServe, prerequisites: [], rules: [], default: emptyServe };
const emptyOverrides: OverridesBody = { subjects: [], segments: [] };

function configOf(fields: Fields | undefined): ConfigBody {
  return { ...emptyConfig, ...(fields as Partial<ConfigBody> | undefined) };
}

function overridesOf(fields: Fields | undefined): OverridesBody {
  return { ...emptyOverrides, ...(fields as Partial<OverridesBody> | undefined) };
}

export function effectLines(effect: Effect, now: number): EffectLines {
  const id = `${effect.kind}/${effect.document}/${effect.op}`;
  const title = t.document(effect.kind, nameOfDocument(effect));
  if (effect.op === 'add_members' || effect.op === 'remove_members') {
    const mark = effect.op === 'add_members' ? 'add' : 'remove';
    return {
      id,
      title,
      lines: [{ mark, title: t.members, text: t.memberCount(effect.count ?? 0, mark === 'add') }],
    };
  }
  const [before, after] = [fieldsOf(effect.before), fieldsOf(effect.after)];
  const lines = linesOf(effect.kind, before, after, now);
  const setting = settingOf(effect, before);
  return setting ? { id, title, lines, setting } : { id, title, lines };
}

function settingOf(effect: Effect, before: Fields | undefined): EffectLines['setting'] {
  const [flag, environment] = effect.key.split(/\/| in /);
  if (!flag || !environment || !before || effect.op !== 'put') return undefined;
  if (effect.kind === 'config') return { flag, environment, was: bodyOf(configOf(before), emptyOverrides) };
  if (effect.kind === 'overrides')
    return { flag, environment, was: bodyOf(emptyConfig, overridesOf(before)) };
  return undefined;
}

/** What people call the document: credentials and members are keyed by ids. */
function nameOfDocument(effect: Effect): string {
  const body = fieldsOf(effect.after) ?? fieldsOf(effect.before);
  const name = body?.name ?? body?.email;
  const named = effect.kind === 'credential' || effect.kind === 'token' || effect.kind === 'member';
  return named && typeof name === 'string' && name !== '' ? `“${name}”` : effect.key;
}

function linesOf(
  kind: string,
  before: Fields | undefined,
  after: Fields | undefined,
  now: number,
): EditLine[] {
  if (!before && !after) return [];
  if (kind === 'config') {
    return [
      ...switchLine(before, after),
      ...(before && after
        ? diffBodies(bodyOf(configOf(before), emptyOverrides), bodyOf(configOf(after), emptyOverrides), now)
        : created(before, after)),
    ];
  }
  if (kind === 'overrides') {
    return diffBodies(bodyOf(emptyConfig, overridesOf(before)), bodyOf(emptyConfig, overridesOf(after)), now);
  }
  if (!before || !after) return created(before, after);
  const lines = kind === 'segment' ? conditionLines(before, after) : [];
  const skip = kind === 'segment' ? ['condition'] : [];
  return [...lines, ...fieldLines(before, after, skip)];
}

function created(before: Fields | undefined, after: Fields | undefined): EditLine[] {
  if (!before && after) return [{ mark: 'add', title: '', text: t.created }];
  if (before && !after) return [{ mark: 'remove', title: '', text: t.removed }];
  return [];
}

function switchLine(before: Fields | undefined, after: Fields | undefined): EditLine[] {
  if (!before || !after || before.enabled === after.enabled) return [];
  const part = { kind: 'state', on: before.enabled === true } as const;
  return [{ mark: 'change', title: diffText.state, text: after.enabled ? t.turnedOn : t.turnedOff, part }];
}

function conditionLines(before: Fields, after: Fields): EditLine[] {
  const old = (before.condition ?? undefined) as Condition | undefined;
  const next = (after.condition ?? undefined) as Condition | undefined;
  return diffCondition(old, next).map((text) => ({ mark: 'change', title: t.definition, text }));
}

const technical = new Set(['v', 'id', 'index', 'revision', 'foreign']);

function fieldLines(before: Fields, after: Fields, skip: readonly string[]): EditLine[] {
  const lines: EditLine[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (technical.has(name) || skip.includes(name) || sameJson(before[name], after[name])) continue;
    const [old, next] = [before[name], after[name]];
    const title = diffText.field(name);
    if (Array.isArray(old) && Array.isArray(next)) lines.push(...listLines(title, old, next));
    else if (old === undefined || old === null) lines.push({ mark: 'add', title, text: shortJson(next) });
    else if (next === undefined || next === null)
      lines.push({ mark: 'remove', title, text: t.was(shortJson(old)) });
    else lines.push({ mark: 'change', title, text: diffText.changed(shortJson(old), shortJson(next)) });
  }
  return lines;
}

function nameOf(item: Json): string {
  const fields = fieldsOf(item);
  const name = fields?.key ?? fields?.id ?? item;
  return typeof name === 'string' ? name : JSON.stringify(name);
}

function listLines(title: string, before: Json[], after: Json[]): EditLine[] {
  const [old, next] = [before, after].map((list) => new Map(list.map((item) => [nameOf(item), item])));
  const lines: EditLine[] = [];
  for (const [name, item] of next ?? []) {
    const was = old?.get(name);
    if (was === undefined) lines.push({ mark: 'add', title, text: shortJson(item, 120) });
    else if (!sameJson(was, item)) {
      lines.push({
        mark: 'change',
        title: `${title} ${name}`,
        text: diffText.changed(shortJson(was), shortJson(item)),
      });
    }
  }
  for (const [name, item] of old ?? []) {
    if (!next?.has(name)) lines.push({ mark: 'remove', title, text: shortJson(item, 120) });
  }
  return lines.length > 0 ? lines : [{ mark: 'move', title, text: t.reordered }];
}

export type { Part };
