import type { Effect, HistoryDetail, Json } from '@/api/types';

/** Effects of several changes joined per document: the first "before" against the last "after". */
export function joinEffects(details: readonly Pick<HistoryDetail, 'revision' | 'effects'>[]): Effect[] {
  const joined = new Map<string, Effect>();
  for (const detail of [...details].sort((a, b) => a.revision - b.revision)) {
    for (const effect of detail.effects) {
      const members = effect.op === 'add_members' || effect.op === 'remove_members';
      const id = `${effect.document} ${members ? effect.op : 'put'}`;
      const earlier = joined.get(id);
      if (!earlier) joined.set(id, effect);
      else if (members) joined.set(id, { ...earlier, count: (earlier.count ?? 0) + (effect.count ?? 0) });
      else {
        const { before: _, ...last } = effect;
        joined.set(id, earlier.before === undefined ? last : { ...last, before: earlier.before });
      }
    }
  }
  return [...joined.values()];
}

/** Documents as they were before these changes, newest first; `undefined` = did not exist. */
export function rollBack(
  details: readonly Pick<HistoryDetail, 'revision' | 'effects'>[],
): Map<string, Json | undefined> {
  const past = new Map<string, Json | undefined>();
  for (const detail of [...details].sort((a, b) => b.revision - a.revision)) {
    for (const effect of detail.effects) {
      if (effect.op === 'put' || effect.op === 'remove') past.set(effect.document, effect.before);
    }
  }
  return past;
}
