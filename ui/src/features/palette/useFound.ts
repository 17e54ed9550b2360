import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { projectPath } from '@/api/paths';
import type { FlagListItem, FlagPage, Page, SegmentListItem } from '@/api/types';
import { ranked } from './rank';

const most = 8;
const debounceMs = 50;

interface Found {
  flags: FlagListItem[];
  segments: SegmentListItem[];
  /** The server was asked and has not answered yet. */
  busy: boolean;
  failed: boolean;
}

/** Each key once, the newest first. */
function known<T extends { key: string }>(pages: readonly [unknown, { items?: T[] } | undefined][]): T[] {
  const all = pages.flatMap(([, page]) => (Array.isArray(page?.items) ? page.items : []));
  return [...new Map(all.map((item) => [item.key, item])).values()];
}

/** Flags and segments: at once those that other pages have read, then what the server finds. */
export function useFound(organization: string, project: string | undefined, words: string): Found {
  const client = useQueryClient();
  const [asked] = useDebouncedValue(words, debounceMs);
  const scope = [organization, project ?? ''] as const;
  const path = projectPath(...scope);
  const enabled = project !== undefined;
  const flags = useQuery({
    queryKey: keys.flags(...scope, { jump: asked }),
    queryFn: ({ signal }) => api.get<FlagPage>(`${path}/flags`, { signal, query: { q: asked, limit: most } }),
    enabled,
  });
  const segments = useQuery({
    queryKey: keys.segments(...scope, { jump: asked }),
    queryFn: ({ signal }) =>
      api.get<Page<SegmentListItem>>(`${path}/segments`, { signal, query: { q: asked, limit: most } }),
    enabled: enabled && asked !== '',
  });
  const textsOf = ({ key, name }: { key: string; name: string }) => [key, name];
  const answered = asked === words && flags.data !== undefined;
  const cached = <T extends { key: string; name: string }>(queryKey: readonly unknown[]) =>
    words === ''
      ? []
      : ranked(known(client.getQueriesData<{ items?: T[] }>({ queryKey })), textsOf, words).slice(0, most);
  // What the server found by a description fits no name: it stands behind what does.
  const ordered = <T extends { key: string; name: string }>(items: readonly T[]) => {
    const fitting = ranked(items, textsOf, words);
    return [...fitting, ...items.filter((item) => !fitting.includes(item))];
  };
  return {
    flags: answered ? ordered(flags.data.items) : cached<FlagListItem>(keys.flags(...scope)),
    segments:
      words === ''
        ? []
        : asked === words && segments.data
          ? ordered(segments.data.items)
          : cached<SegmentListItem>(keys.segments(...scope)),
    busy: enabled && (asked !== words || flags.isFetching || segments.isFetching),
    failed: flags.isError || segments.isError,
  };
}
