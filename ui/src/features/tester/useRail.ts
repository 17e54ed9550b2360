import { useCallback, useMemo, useState } from 'react';
import type {
  Config,
  ExplainRequest,
  ExplainResult,
  FlagEnvironment,
  Overrides,
  ScheduleWindow,
} from '@/api/types';
import { useScope } from '@/app/scope';
import { type Marks, noMarks } from '@/features/rules/marks';
import type { Body } from '@/features/rules/parts';
import { testerText as t } from '@/text/tester';
import { marksFrom, readExplanation, ruleNotes } from './explanation';
import type { Context } from './fragment';
import { useContextState } from './useContextState';
import { useExplain } from './useExplain';

interface RailInput {
  flag: string;
  entry: FlagEnvironment;
  /** All environments, for the line that compares them. */
  environments: string[];
  /** My edits, if there are any. */
  draft: Body | undefined;
}

export interface Rail {
  flag: string;
  environment: string;
  /** Windows of the rules that are evaluated. */
  windows: readonly ScheduleWindow[];
  allowed: boolean;
  context: Context;
  setContext: (context: Context) => void;
  at: string | undefined;
  setAt: (at: string | undefined) => void;
  hasDraft: boolean;
  /** Whether my edits are evaluated, or what is live. */
  useDraft: boolean;
  setUseDraft: (on: boolean) => void;
  result: ExplainResult | undefined;
  others: ExplainResult[];
  error: unknown;
  busy: boolean;
  marksOf: (rule: string) => Marks;
  resultOf: (rule: string) => string | undefined;
}

/** The tester beside the rules: its subject also marks the rows of the tree. */
export function useRail({ flag, entry, environments, draft }: RailInput): Rail {
  const scope = useScope();
  const allowed = scope.can('explain.run');
  const [context, setContext] = useContextState();
  const [at, setAt] = useState<string>();
  const [wantsDraft, setUseDraft] = useState(true);
  const environment = entry.environment.key;
  const useDraft = wantsDraft && draft !== undefined;
  const base = { flags: [flag], contexts: [context], ...(at ? { at } : {}) };
  const request: ExplainRequest = { ...base, environments: [environment] };
  if (useDraft && draft) {
    const config: Config = { ...entry.config, ...draft.config, schedule: draft.config.schedule };
    const overrides: Overrides = { ...entry.overrides, ...draft.overrides };
    request.draft = { flag, environment, config, overrides };
  }
  const revision = Math.max(entry.config.revision, entry.overrides.revision, entry.kill?.revision ?? 0);
  const main = useExplain(request, allowed, revision);
  const all = useExplain(
    { ...base, environments: environments.filter((key) => key !== environment) },
    allowed && environments.length > 1,
    revision,
  );
  const result = main.data?.results[0];
  const told = Object.keys(context).length > 0 ? result?.explanation : undefined;
  const notes = useMemo(() => {
    const list = ruleNotes(readExplanation(told));
    return new Map(list.map((note) => [note.id, note]));
  }, [told]);
  const marks = useMemo(() => {
    const found = new Map<string, Marks>();
    for (const [id, note] of notes) found.set(id, marksFrom(note.condition));
    return found;
  }, [notes]);
  return {
    flag,
    environment,
    windows: (useDraft && draft ? draft.config : entry.config).schedule?.windows ?? [],
    allowed,
    context,
    setContext,
    at,
    setAt,
    hasDraft: draft !== undefined,
    useDraft,
    setUseDraft,
    result,
    others: all.data?.results ?? [],
    error: main.error,
    busy: main.isFetching,
    marksOf: useCallback((rule) => marks.get(rule) ?? noMarks, [marks]),
    resultOf: useCallback(
      (rule) => {
        const verdict = notes.get(rule)?.verdict;
        return verdict && t.ruleVerdicts[verdict];
      },
      [notes],
    ),
  };
}
