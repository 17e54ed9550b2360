import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { projectPath } from '@/api/paths';
import type { HistoryDetail, HistoryItem, Page } from '@/api/types';

export interface HistoryFilter {
  flag?: string;
  segment?: string;
  environment?: string;
  actor?: string;
  /** Whose changes are left out. */
  other_than?: string;
  q?: string;
  from?: string;
  to?: string;
}

export const historyQuery = (organization: string, project: string, filter: HistoryFilter) =>
  infiniteQueryOptions({
    queryKey: keys.history(organization, project, 'list', filter),
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<HistoryItem>>(`${projectPath(organization, project)}/history`, {
        signal,
        query: { ...filter, limit: 50, cursor: pageParam },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** One change; of a large one only what concerns the flag or segment. */
export const revisionQuery = (
  organization: string,
  project: string,
  revision: number,
  part: Pick<HistoryFilter, 'flag' | 'segment'> = {},
) =>
  queryOptions({
    queryKey: keys.history(organization, project, 'revision', revision, part),
    queryFn: ({ signal }) =>
      api.get<HistoryDetail>(`${projectPath(organization, project)}/history/${revision}`, {
        signal,
        query: { ...part },
      }),
  });
