import {
  keepPreviousData,
  type QueryKey,
  queryOptions,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { useDeferredValue, useEffect, useMemo, useRef } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { FlagListItem, FlagPage } from '@/api/types';
import { type Scope, useScope } from '@/app/scope';
import type { ListSearch } from './search';

export const defaultSize = 50;
export const bulkLimit = 500;

interface Request {
  q?: string;
  sort?: string;
  limit: number;
  cursor?: string;
}

const requestOf = (search: ListSearch): Request => ({
  q: search.q,
  sort: search.sort,
  limit: search.size ?? defaultSize,
  cursor: search.cursor,
});

function pageQuery({ organization, project, path }: Scope, request: Request) {
  return queryOptions({
    queryKey: keys.flags(organization, project, request),
    queryFn: ({ signal }) => api.get<FlagPage>(`${path}/flags`, { signal, query: { ...request } }),
  });
}

export function useFlagList(search: ListSearch) {
  const scope = useScope();
  const { organization, project } = scope;
  const request = requestOf(search);
  const query = useQuery({
    ...pageQuery(scope, request),
    placeholderData: keepPreviousData,
    enabled: project !== '',
  });
  // While the old rows stand in for the new ones, the view is still the old one.
  const view = useRef('');
  if (!query.isPlaceholderData) view.current = JSON.stringify([organization, project, request]);
  const rows = useStableOrder(query.data?.items, view.current);
  const items = useMemo(() => rows.map(({ item }) => item), [rows]);
  // Named one by one: whoever takes all of a query is drawn for all that changes in it.
  const { data, error, isError, isFetching, isPending, isPlaceholderData, refetch } = query;
  const state = { data, error, isError, isFetching, isPending, isPlaceholderData, refetch };
  return { ...state, items, rows: useFirstRows(rows, view.current) };
}

/**
 * A flag with the place that it has as long as the view stays open. What is drawn there for one view is filled anew
 * for the next, which costs half of what taking it away and drawing it again does.
 */
export interface PlacedFlag {
  place: number;
  item: FlagListItem;
}

/** Height of the densest row. */
const rowPx = 32;

/**
 * The rows to draw: of a new view those that fit the window, and the others, below the window, as soon as these are
 * on screen. Until then theirs are those of the view before.
 */
function useFirstRows(rows: PlacedFlag[], view: string): PlacedFlag[] {
  const now = useMemo(() => ({ rows, view }), [rows, view]);
  const drawn = useDeferredValue(now);
  const fitting = Math.ceil(window.innerHeight / rowPx);
  const first = drawn.view !== view && window.scrollY < rowPx && rows.length > fitting;
  const rest = first ? drawn.rows : rows;
  return useMemo(() => {
    if (rest === rows) return rows;
    const head = rows.slice(0, fitting);
    const last = head.at(-1)?.place ?? -1;
    return [...head, ...rest.slice(fitting, rows.length).filter(({ place }) => place > last)];
  }, [rows, rest, fitting]);
}

/** While an answer is on its way, the next question waits for this long a pause of the keys. */
const burstMs = 40;

/**
 * Takes what is typed into the search. The server is asked before anything is drawn: at once where the answer is
 * here or no other is on its way, else after a pause, and what was asked before is called off.
 */
export function useTypedQuery(search: ListSearch, onQuery: (q: string) => void): (q: string) => void {
  const scope = useScope();
  const client = useQueryClient();
  const timer = useRef<number>(undefined);
  const asked = useRef<QueryKey>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return (q) => {
    window.clearTimeout(timer.current);
    const page = pageQuery(scope, requestOf({ ...search, q: q || undefined, cursor: undefined }));
    const ask = () => {
      asked.current = page.queryKey;
      void client.prefetchQuery(page);
      onQuery(q);
    };
    const before = asked.current;
    const busy = before !== undefined && client.getQueryState(before)?.fetchStatus === 'fetching';
    if (!busy || client.getQueryData(page.queryKey) !== undefined) {
      ask();
      return;
    }
    timer.current = window.setTimeout(() => {
      void client.cancelQueries({ queryKey: before, exact: true });
      ask();
    }, burstMs);
  };
}

const nothing: PlacedFlag[] = [];

/** Rows keep their place while a view stays open, whatever a change by others does to the order. */
function useStableOrder(items: FlagListItem[] | undefined, view: string): PlacedFlag[] {
  const seen = useRef<{ view: string; order: Map<string, number> }>({ view: '', order: new Map() });
  return useMemo(() => {
    if (!items) return nothing;
    if (seen.current.view !== view) {
      seen.current = { view, order: new Map() };
    }
    const { order } = seen.current;
    for (const item of items) if (!order.has(item.id)) order.set(item.id, order.size);
    return items.map((item) => ({ place: order.get(item.id) ?? 0, item })).sort((a, b) => a.place - b.place);
  }, [items, view]);
}

/** Cursors of the pages behind this one, so that Previous works with forward-only cursors. */
export function useTrail(search: ListSearch): { previous: string | undefined } {
  const { organization, project } = useScope();
  const page = search.page ?? 1;
  const view = [
    'hoist.trail',
    organization,
    project,
    search.q ?? '',
    search.sort ?? '',
    search.size ?? '',
  ].join('|');
  const trail = useMemo<(string | null)[]>(() => {
    try {
      return JSON.parse(sessionStorage.getItem(view) ?? '[]') as (string | null)[];
    } catch {
      return [];
    }
  }, [view]);
  useEffect(() => {
    trail[page - 1] = search.cursor ?? null;
    sessionStorage.setItem(view, JSON.stringify(trail.slice(0, 400)));
  }, [trail, view, page, search.cursor]);
  return { previous: page > 2 ? (trail[page - 2] ?? undefined) : undefined };
}

/** Reads every flag that matches, up to the limit of one batch. */
export function useAllMatching(search: ListSearch): () => Promise<FlagListItem[]> {
  const { path } = useScope();
  const client = useQueryClient();
  return async () => {
    const items: FlagListItem[] = [];
    let cursor: string | undefined;
    do {
      const request = { q: search.q, sort: search.sort, limit: 100, cursor };
      const page = await client.fetchQuery({
        queryKey: ['all-matching', path, request],
        queryFn: () => api.get<FlagPage>(`${path}/flags`, { query: request }),
        staleTime: 0,
        gcTime: 0,
      });
      items.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor && items.length < bulkLimit);
    return items.slice(0, bulkLimit);
  };
}
