import { useQuery } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import type { Config, FlagDetail, Json, Overrides, Serve, Variant } from '@/api/types';
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
    detail.environments.map((entry) => {
      const config = was<Config>(before, entry.config) ?? initial(detail.flag.variants);
      const overrides = was<Overrides>(before, entry.overrides);
      const body = bodyOf(config, overrides ?? { subjects: [], segments: [] });
      return { environment: entry.environment.key, enabled: config.enabled ?? false, body: withLists(body) };
    });
  return { past, error: query.error, retry: () => void query.refetch() };
}

/** A document as it was; undefined when it did not exist. */
function was<T extends { id?: string }>(before: Map<string, Json | undefined>, now: T): T | undefined {
  return now.id !== undefined && before.has(now.id) ? (before.get(now.id) as T | undefined) : now;
}

/** What holds while nothing was ever set. */
function initial(variants: Variant[]): Config {
  const serve = (variant: Variant | undefined): Serve => ({
    serve: variant ? { variant: variant.key } : 'code_default',
  });
  return {
    enabled: false,
    off: serve(variants.at(-1)),
    default: serve(variants[0]),
    rules: [],
    prerequisites: [],
    revision: 0,
  };
}

/** Stored documents may leave empty lists out. */
function withLists({ config, overrides }: Body): Body {
  return {
    config: { ...config, rules: config.rules ?? [], prerequisites: config.prerequisites ?? [] },
    overrides: { subjects: overrides.subjects ?? [], segments: overrides.segments ?? [] },
  };
}
