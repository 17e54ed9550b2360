import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { FlagEnvironment } from '@/api/types';
import {
  baseOf,
  type Draft,
  type DraftBase,
  draftKey,
  isBehind,
  onDrafts,
  putRule,
  readDraft,
  rebase,
  startDraft,
  writeDraft,
} from '@/features/rules/draft';
import type { Body } from '@/features/rules/parts';
import type { ConfigBody, OverridesBody, Rule } from '@/features/rules/wire';
import { useFlag } from './useFlag';

export interface FlagDraft {
  /** Where the draft is kept. */
  key: string;
  draft: Draft | undefined;
  live: DraftBase;
  /** What the page shows: my edits, or what is live. */
  body: Body;
  setConfig: (patch: Partial<ConfigBody>) => void;
  setOverrides: (patch: Partial<OverridesBody>) => void;
  /** Puts an edited rule in; what others made of it since it was opened is a conflict to decide. */
  setRule: (rule: Rule, started: Rule) => void;
  write: (draft: Draft | undefined) => void;
}

/** The draft of the flag in one environment, carried onto what is live whenever that moves. */
export function useFlagDraft(entry: FlagEnvironment): FlagDraft {
  const { detail, scope } = useFlag();
  const key = draftKey({
    organization: scope.organization,
    project: scope.project,
    flag: detail.flag.key,
    environment: entry.environment.key,
  });
  const draft = useSyncExternalStore(onDrafts, () => readDraft(key));
  const live = useMemo(() => baseOf(entry.config, entry.overrides), [entry.config, entry.overrides]);
  useEffect(() => {
    if (draft && isBehind(draft, live)) writeDraft(key, rebase(draft, live));
  }, [draft, live, key]);

  const write = useCallback((next: Draft | undefined) => writeDraft(key, next), [key]);
  const change = useCallback(
    (edit: (body: Body) => Body) => {
      const current = readDraft(key) ?? startDraft(live);
      writeDraft(key, { ...current, mine: edit(current.mine) });
    },
    [key, live],
  );
  const setRule = useCallback(
    (rule: Rule, started: Rule) =>
      writeDraft(key, putRule(readDraft(key) ?? startDraft(live), rule, started)),
    [key, live],
  );
  return {
    key,
    setRule,
    draft,
    live,
    body: draft?.mine ?? live.body,
    setConfig: (patch) => change((body) => ({ ...body, config: { ...body.config, ...patch } })),
    setOverrides: (patch) => change((body) => ({ ...body, overrides: { ...body.overrides, ...patch } })),
    write,
  };
}

/** Whether an environment of this flag has unsaved edits, for the dot on its tab. */
export function useHasDraft(environment: string): boolean {
  const { detail, scope } = useFlag();
  const key = draftKey({
    organization: scope.organization,
    project: scope.project,
    flag: detail.flag.key,
    environment,
  });
  return useSyncExternalStore(onDrafts, () => readDraft(key) !== undefined);
}
