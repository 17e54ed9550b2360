import type { FlagEnvironment } from '@/api/types';

/** What does not compile, by rule; a path may name the rule's place or its id. */
export function problemsByRule(entry: FlagEnvironment): Map<string, string> {
  const found = new Map<string, string>();
  for (const { path, message } of entry.problems) {
    const name = /rules[/[.]([^/\].]+)/.exec(path)?.[1];
    if (name === undefined) continue;
    const id = /^\d+$/.test(name) ? (entry.config.rules[Number(name)]?.id ?? name) : name;
    found.set(id, [found.get(id), message].filter(Boolean).join(' '));
  }
  return found;
}

/** Problems that belong to no rule. */
export function otherProblems(entry: FlagEnvironment): string[] {
  return entry.problems.filter(({ path }) => !/rules[/[.]/.test(path)).map(({ message }) => message);
}
