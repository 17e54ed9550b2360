import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { projectPath } from '@/api/paths';
import type { Timeline } from '@/api/types';

export interface Asked {
  from: string;
  to: string;
  flag?: string;
}

/** What comes by itself in an environment. */
export const timelineQuery = (organization: string, project: string, environment: string, asked: Asked) =>
  queryOptions({
    queryKey: keys.timeline(organization, project, environment, asked),
    queryFn: ({ signal }) =>
      api.get<Timeline>(
        `${projectPath(organization, project)}/environments/${encodeURIComponent(environment)}/timeline`,
        { signal, query: { ...asked } },
      ),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
