import { useQuery } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import type { Config, FlagDetail, Overrides } from '@/api/types';
import { useScope } from '@/app/scope';
import { type Body, bodyOf } from '@/features/rules/parts';
import { rollBack } from './fold';
import { loadBetween } from './load';

export interface PastEnvironment {
  environment: string;
  enabled: boolean;
  body: Body;
}

/** A flag after a revision: what is live, less every later change of it. */
export function useFlagAt(detail: FlagDetail, revision: number) {
  const { organization, project } = useScope();
  const filter = { flag: detail.flag.key };
  const newest = Math.max(
    detail.flag.revision,
    ...detail.environments.flatMap((entry) => [entry.config.revision, entry.overrides.revision]),
  );
  const query = useQuery({
    queryKey: keys.history(organization, project, 'at', filter, revision, newest),
    queryFn: ({ signal }) =>
      loadBetween(organization, project, filter, revision, Number.MAX_SAFE_INTEGER, signal),
    enabled: Number.isFinite(revision),
  });
  const before = query.data && rollBack(query.data.details);
  const past: PastEnvironment[] | undefined =
    before &&
    detail.environments.flatMap((entry) => {
      const config = (before.has(entry.config.id) ? before.get(entry.config.id) : entry.config) as
        | Config
        | undefined;
      const overrides = (before.has(entry.overrides.id) ? before.get(entry.overrides.id) : entry.overrides) as
        | Overrides
        | undefined;
      if (!config) return [];
      const body = bodyOf(config, overrides ?? { subjects: [], segments: [] });
      return [{ environment: entry.environment.key, enabled: config.enabled, body: withLists(body) }];
    });
  return { past, error: query.error, retry: () => void query.refetch() };
}

/** Stored documents may leave empty lists out. */
function withLists({ config, overrides }: Body): Body {
  return {
    config: { ...config, rules: config.rules ?? [], prerequisites: config.prerequisites ?? [] },
    overrides: { subjects: overrides.subjects ?? [], segments: overrides.segments ?? [] },
  };
}
