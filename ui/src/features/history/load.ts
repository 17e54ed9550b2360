import { api } from '@/api/client';
import { projectPath } from '@/api/paths';
import type { HistoryDetail, HistoryItem, Page } from '@/api/types';
import type { HistoryFilter } from './queries';

const MOST = 100;

/** The changes after revision `a` up to and including `b`, at most a hundred. */
export async function loadBetween(
  organization: string,
  project: string,
  filter: HistoryFilter,
  a: number,
  b: number,
  signal?: AbortSignal,
): Promise<{ details: HistoryDetail[]; cut: boolean }> {
  const path = projectPath(organization, project);
  const options = signal ? { signal } : {};
  const found: HistoryItem[] = [];
  let cursor: string | null | undefined;
  let reached = false;
  do {
    const page: Page<HistoryItem> = await api.get(`${path}/history`, {
      ...options,
      query: { ...filter, limit: 50, cursor },
    });
    for (const item of page.items) {
      if (item.revision <= a) reached = true;
      else if (item.revision <= b) found.push(item);
    }
    cursor = page.next;
  } while (cursor && !reached && found.length < MOST);
  const details = await Promise.all(
    found.slice(0, MOST).map((item) =>
      api.get<HistoryDetail>(`${path}/history/${item.revision}`, {
        ...options,
        query: { flag: filter.flag, segment: filter.segment },
      }),
    ),
  );
  return { details, cut: found.length > MOST || (!reached && Boolean(cursor)) };
}
