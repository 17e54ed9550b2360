import type { FlagDetail } from '@/api/types';
import { variantsOf } from '@/features/rules/sentence';
import { flagText as t } from '@/text/flag';

/** Where each variant is served, in words: "prod: rule 2". */
export function usedIn(detail: FlagDetail): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  const add = (variants: readonly string[], place: string) => {
    for (const variant of variants) {
      const places = found.get(variant) ?? new Set<string>();
      places.add(place);
      found.set(variant, places);
    }
  };
  for (const { environment, config, overrides } of detail.environments) {
    const at = (place: string) => `${environment.key}: ${place}`;
    add(variantsOf(config.off), at(t.placeOff));
    config.rules.forEach((rule, index) => {
      add(variantsOf(rule.serve), at(t.placeRule(index + 1)));
    });
    add(variantsOf(config.default), at(t.placeDefault));
    for (const group of overrides.subjects) add(variantsOf(group.serve), at(t.placeSubjects));
    for (const group of overrides.segments) add(variantsOf(group.serve), at(t.placeSegments));
  }
  return new Map([...found].map(([variant, places]) => [variant, [...places]]));
}
