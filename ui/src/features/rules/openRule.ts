/**
 * The rule whose editor is open, kept in session storage: it survives a reload, a change of tab and what others
 * save meanwhile, although it is not part of the draft before "Done".
 */
import type { Rule } from './wire';

export interface OpenRule {
  /** As it was when the editor opened; absent for a rule that is new. */
  started?: Rule;
  edited: Rule;
}

const prefix = 'hoist.open-rule/';

/** One open rule for each flag in each environment; `draft` is the key of their draft. */
const keyOf = (draft: string) => prefix + draft;

export function readOpenRule(draft: string, storage: Storage = sessionStorage): OpenRule | undefined {
  try {
    const value: unknown = JSON.parse(storage.getItem(keyOf(draft)) ?? 'null');
    const found = value as Partial<OpenRule> | null;
    return typeof found?.edited?.id === 'string' ? (found as OpenRule) : undefined;
  } catch {
    return undefined;
  }
}

export function writeOpenRule(
  draft: string,
  open: OpenRule | undefined,
  storage: Storage = sessionStorage,
): void {
  if (open) storage.setItem(keyOf(draft), JSON.stringify(open));
  else storage.removeItem(keyOf(draft));
}
