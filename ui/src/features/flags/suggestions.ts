import type { Environment, Facet } from '@/api/types';
import { flagsText } from '@/text/flags';
import { type FilterKey, filterKeys, isFilterKey, tokenAt } from './query';

export interface Suggestion {
  /** What is written: a key with its colon, or a value. */
  insert: string;
  help?: string;
}

const fixed: Partial<Record<FilterKey, readonly string[]>> = {
  status: ['on', 'off', 'waiting', 'killed', 'ramping', 'paused', 'broken'],
  type: ['boolean', 'string', 'integer', 'float', 'object', 'any'],
  purpose: ['release', 'experiment', 'operational', 'permission'],
  changed: ['<1d', '<7d', '<30d', '>90d'],
  created: ['<7d', '<30d', '>365d'],
  is: ['archived', 'stale'],
  uses: ['segment/', 'flag/', 'attribute/'],
  by: ['me', 'system'],
};

export interface Known {
  environments: Environment[];
  tags: Facet[];
}

/** What may stand at the caret. */
export function suggest(text: string, caret: number, known: Known): Suggestion[] {
  const token = tokenAt(text, caret);
  const partial = token.partial.toLowerCase();
  const starts = (value: string) =>
    value.toLowerCase().startsWith(partial) && value.toLowerCase() !== partial;
  if (token.key === undefined) {
    const all = filterKeys.filter((key) => key.startsWith(partial));
    return all.map((key) => ({ insert: `${key}:`, help: flagsText.filterHelp[key] }));
  }
  if (!isFilterKey(token.key)) return [];
  const options: Suggestion[] =
    token.key === 'env'
      ? known.environments.map(({ key, name }) => ({ insert: key, help: name === key ? undefined : name }))
      : token.key === 'tag'
        ? known.tags.map(({ value, count }) => ({ insert: value, help: String(count) }))
        : token.key === 'owner'
          ? [{ insert: 'me' }]
          : (fixed[token.key] ?? []).map((insert) => ({ insert }));
  return options.filter((option) => starts(option.insert)).slice(0, 12);
}
