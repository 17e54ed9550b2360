/**
 * Local drafts: the edits of one flag in one environment that wait for their review.
 *
 * A draft lives in session storage with the body and the revisions it started from, so it
 * survives reloads and can be carried onto what others saved meanwhile.
 */
import type { Change, Config, Overrides, Patch } from '@/api/types';
import { type Conflict, mergeBodies } from './merge';
import { type Body, bodyOf, type Part, sameBody, samePart, takePart } from './parts';
import { type ConfigBody, type OverridesBody, type Rule, sameJson } from './wire';

export interface DraftAddress {
  organization: string;
  project: string;
  flag: string;
  environment: string;
}

/** A document and the revision it is at; without an id while nothing was ever set. */
export interface Standing {
  id?: string;
  revision: number;
}

/** The `base` of a change that was made on this document. */
export function baseAt({ id, revision }: Standing): Record<string, number> {
  return id === undefined ? {} : { [id]: revision };
}

/** What the draft was started from: revisions by document, and the body then. */
export interface DraftBase {
  config: Standing;
  overrides: Standing;
  body: Body;
}

export interface Draft {
  v: 1;
  base: DraftBase;
  mine: Body;
  /** Parts that others changed too, until someone decides. */
  conflicts: Conflict[];
}

export function baseOf(config: Config, overrides: Overrides): DraftBase {
  return {
    config: { id: config.id, revision: config.revision },
    overrides: { id: overrides.id, revision: overrides.revision },
    body: bodyOf(config, overrides),
  };
}

export function startDraft(base: DraftBase): Draft {
  return { v: 1, base, mine: base.body, conflicts: [] };
}

export function isBehind(draft: Draft, live: DraftBase): boolean {
  return (
    draft.base.config.revision !== live.config.revision ||
    draft.base.overrides.revision !== live.overrides.revision
  );
}

/** Carries a draft onto what is live now. Parts that only others changed update silently. */
export function rebase(draft: Draft, live: DraftBase): Draft {
  if (!isBehind(draft, live)) return draft;
  const merged = mergeBodies(draft.base.body, live.body, draft.mine);
  const earlier = draft.conflicts.filter(
    (old) => !merged.conflicts.some((conflict) => samePart(conflict.part, old.part)),
  );
  return { v: 1, base: live, mine: merged.body, conflicts: [...earlier, ...merged.conflicts] };
}

/**
 * Puts a rule in that was edited in its own editor. When the rule became another one since it was opened, both
 * versions stay until someone decides.
 */
export function putRule(draft: Draft, rule: Rule, started: Rule): Draft {
  const { rules } = draft.mine.config;
  const now = rules.find((other) => other.id === rule.id);
  const next = now ? rules.map((other) => (other === now ? rule : other)) : [...rules, rule];
  const mine = { ...draft.mine, config: { ...draft.mine.config, rules: next } };
  if (sameJson(now, started) || sameJson(now, rule)) return { ...draft, mine };
  const part: Part = { kind: 'rule', key: rule.id };
  const conflict: Conflict = { part, base: started, mine: rule, ...(now ? { theirs: now } : {}) };
  const others = draft.conflicts.filter((other) => !samePart(other.part, part));
  return { ...draft, mine, conflicts: [...others, conflict] };
}

export function takeTheirs(draft: Draft, part: Part): Draft {
  return settle({ ...draft, mine: takePart(draft.mine, part, draft.base.body) }, part);
}

export function keepMine(draft: Draft, part: Part): Draft {
  return settle(draft, part);
}

function settle(draft: Draft, part: Part): Draft {
  return { ...draft, conflicts: draft.conflicts.filter((conflict) => !samePart(conflict.part, part)) };
}

/** Takes one edit back. */
export function revertPart(draft: Draft, part: Part): Draft {
  return takeTheirs(draft, part);
}

export function isEmpty(draft: Draft): boolean {
  return draft.conflicts.length === 0 && sameBody(draft.base.body, draft.mine);
}

function patchOf<T extends ConfigBody | OverridesBody>(before: T, after: T): Patch | undefined {
  const patch: Patch = {};
  const [old, next] = [before as unknown as Patch, after as unknown as Patch];
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (!sameJson(old[key], next[key])) patch[key] = next[key] ?? null;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** What a draft asks the server for, with the revisions it is based on. */
export function changesOf(
  draft: Draft,
  flag: string,
  environment: string,
): { changes: Change[]; base: Record<string, number> } {
  const changes: Change[] = [];
  const base: Record<string, number> = {};
  const config = patchOf(draft.base.body.config, draft.mine.config);
  if (config) {
    changes.push({ config: { edit: { flag, environment, patch: config } } });
    Object.assign(base, baseAt(draft.base.config));
  }
  const overrides = patchOf(draft.base.body.overrides, draft.mine.overrides);
  if (overrides) {
    changes.push({ config: { override: { flag, environment, patch: overrides } } });
    Object.assign(base, baseAt(draft.base.overrides));
  }
  return { changes, base };
}

// Storage -------------------------------------------------------------------------------------------------

const PREFIX = 'hoist.draft/';

export function draftKey(address: DraftAddress): string {
  const { organization, project, flag, environment } = address;
  return PREFIX + [organization, project, flag, environment].map(encodeURIComponent).join('/');
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  const { v, base, mine, conflicts } = value as Partial<Draft>;
  return (
    v === 1 && base?.body?.config !== undefined && mine?.config !== undefined && Array.isArray(conflicts)
  );
}

type Listener = () => void;
const listeners = new Set<Listener>();
const cache = new Map<string, { text: string; draft: Draft | undefined }>();

/** The same object as long as the stored text is the same, so that React can compare. */
export function readDraft(key: string, storage: Storage = sessionStorage): Draft | undefined {
  const text = storage.getItem(key);
  if (text === null) {
    cache.delete(key);
    return undefined;
  }
  const known = cache.get(key);
  if (known?.text === text) return known.draft;
  let draft: Draft | undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (isDraft(value)) draft = value;
  } catch {
    // An unreadable draft is no draft.
  }
  cache.set(key, { text, draft });
  return draft;
}

/** Stores a draft; one without edits is dropped. */
export function writeDraft(key: string, draft: Draft | undefined, storage: Storage = sessionStorage): void {
  if (!draft || isEmpty(draft)) {
    storage.removeItem(key);
    cache.delete(key);
  } else {
    const text = JSON.stringify(draft);
    storage.setItem(key, text);
    cache.set(key, { text, draft });
  }
  for (const listener of listeners) listener();
}

export function onDrafts(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** All drafts of this session, for lists of "my drafts". */
export function listDrafts(storage: Storage = sessionStorage): DraftAddress[] {
  const found: DraftAddress[] = [];
  for (let i = 0; i < storage.length; i += 1) {
    const key = storage.key(i);
    if (!key?.startsWith(PREFIX)) continue;
    const [organization, project, flag, environment] = key
      .slice(PREFIX.length)
      .split('/')
      .map(decodeURIComponent);
    if (organization && project && flag && environment)
      found.push({ organization, project, flag, environment });
  }
  return found;
}

/** A name for a new rule that stays with it for ever. */
export function newRuleId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `r${[...bytes].map((byte) => (byte % 36).toString(36)).join('')}`;
}
