/**
 * Query keys. Everything of a project starts with `['project', organization, project, kind]`, so that a live
 * event can invalidate by kind and key.
 */
export const keys = {
  session: ['session'] as const,
  setup: ['setup'] as const,
  organization: (organization: string, ...rest: unknown[]) =>
    ['organization', organization, ...rest] as const,
  project: (organization: string, project: string, ...rest: unknown[]) =>
    ['project', organization, project, ...rest] as const,
  environments: (organization: string, project: string) =>
    ['project', organization, project, 'environments'] as const,
  /** Lists of flags, whatever the query. */
  flags: (organization: string, project: string, search?: unknown) =>
    search === undefined
      ? (['project', organization, project, 'flags'] as const)
      : (['project', organization, project, 'flags', search] as const),
  flag: (organization: string, project: string, flag: string) =>
    ['project', organization, project, 'flag', flag] as const,
  segments: (organization: string, project: string, search?: unknown) =>
    search === undefined
      ? (['project', organization, project, 'segments'] as const)
      : (['project', organization, project, 'segments', search] as const),
  segment: (organization: string, project: string, segment: string, ...rest: unknown[]) =>
    ['project', organization, project, 'segment', segment, ...rest] as const,
  history: (organization: string, project: string, ...rest: unknown[]) =>
    ['project', organization, project, 'history', ...rest] as const,
  /** What comes by itself in an environment; of one flag, or of all. */
  timeline: (organization: string, project: string, environment: string, asked: unknown) =>
    ['project', organization, project, 'timeline', environment, asked] as const,
  credentials: (organization: string, project: string) =>
    ['project', organization, project, 'credentials'] as const,
  attributes: (organization: string, project: string) =>
    ['project', organization, project, 'attributes'] as const,
  explain: (organization: string, project: string, request: unknown) =>
    ['project', organization, project, 'explain', request] as const,
};
