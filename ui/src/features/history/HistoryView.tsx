import { Button, NativeSelect, TextInput, UnstyledButton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { HistoryItem } from '@/api/types';
import { useScope } from '@/app/scope';
import { Email } from '@/components/Email';
import { BusyBar, EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { Time } from '@/components/Time';
import { endOf, startOf } from '@/components/time';
import { historyText as t } from '@/text/history';
import { ChangePanel } from './ChangePanel';
import { ComparePanel } from './ComparePanel';
import classes from './History.module.css';
import { OlderButton } from './OlderButton';
import { type HistoryFilter, historyQuery } from './queries';

export interface HistorySearch {
  env?: string | undefined;
  rev?: number | undefined;
  vs?: number | undefined;
  q?: string | undefined;
  actor?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

interface HistoryViewProps {
  scopeFilter: Pick<HistoryFilter, 'flag' | 'segment'>;
  environments: string[];
  search: HistorySearch;
  /** Whether words, people and dates can be filtered too. */
  wide?: boolean;
  /** Kept in the page instead of its address, where that has no room for it. */
  local?: boolean;
}

/** What changed, newest first; the newest is open. The filters are in the address. */
export function HistoryView({
  scopeFilter,
  environments,
  search: fixed,
  wide = false,
  local = false,
}: HistoryViewProps) {
  const [own, setOwn] = useState<HistorySearch>({});
  const search = local ? own : fixed;
  const { organization, project } = useScope();
  const navigate = useNavigate();
  const { env, rev, vs, q, actor, from, to } = search;
  const [text, setText] = useState(q ?? '');
  const [who, setWho] = useState(actor ?? '');
  const filter: HistoryFilter = {
    ...scopeFilter,
    ...(env ? { environment: env } : {}),
    ...(q ? { q } : {}),
    ...(actor ? { actor } : {}),
    ...(from ? { from: startOf(from) } : {}),
    ...(to ? { to: endOf(to) } : {}),
  };
  const query = useInfiniteQuery(historyQuery(organization, project, filter));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const open = rev ?? items[0]?.revision;
  const set = (next: HistorySearch) => {
    if (local) setOwn(clean({ ...own, ...next }));
    else void navigate({ to: '.', search: clean({ ...search, ...next }), replace: true, resetScroll: false });
  };
  const filtered = Boolean(env || q || actor || from || to);
  return (
    <div className={classes.view}>
      <BusyBar busy={query.isFetching && !query.isPending} />
      <form
        className={classes.filters}
        onSubmit={(event) => {
          event.preventDefault();
          set({ q: text.trim() || undefined, actor: who.trim() || undefined });
        }}
      >
        <NativeSelect
          size="xs"
          aria-label={t.environment}
          value={env ?? ''}
          data={[{ value: '', label: t.allEnvironments }, ...environments]}
          onChange={(event) => set({ env: event.currentTarget.value || undefined })}
        />
        {wide && (
          <>
            <TextInput
              size="xs"
              aria-label={t.words}
              placeholder={t.words}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <TextInput
              size="xs"
              aria-label={t.who}
              placeholder={t.who}
              value={who}
              onChange={(event) => setWho(event.currentTarget.value)}
            />
            <TextInput
              size="xs"
              type="date"
              aria-label={t.from}
              value={from ?? ''}
              onChange={(event) => set({ from: event.currentTarget.value || undefined })}
            />
            <TextInput
              size="xs"
              type="date"
              aria-label={t.to}
              value={to ?? ''}
              onChange={(event) => set({ to: event.currentTarget.value || undefined })}
            />
            <Button size="xs" type="submit" variant="default">
              {t.apply}
            </Button>
          </>
        )}
      </form>
      {vs !== undefined && rev !== undefined && (
        <ComparePanel
          a={Math.min(rev, vs)}
          b={Math.max(rev, vs)}
          filter={filter}
          onClose={() => set({ vs: undefined })}
        />
      )}
      {query.isPending && <ListSkeleton />}
      {query.error && <ErrorPanel error={query.error} what={t.what} retry={() => void query.refetch()} />}
      {query.data && items.length === 0 && (
        <EmptyState title={filtered ? t.noneMatch : t.none}>
          {filtered && (
            <Button
              size="xs"
              variant="default"
              onClick={() =>
                set({ env: undefined, q: undefined, actor: undefined, from: undefined, to: undefined })
              }
            >
              {t.clear}
            </Button>
          )}
        </EmptyState>
      )}
      <ol className={classes.list}>
        {items.map((item) => (
          <li key={item.revision}>
            <HistoryRow
              item={item}
              open={item.revision === open}
              onToggle={() => set({ rev: item.revision === open ? 0 : item.revision, vs: undefined })}
            />
            {item.revision === open && (
              <ChangePanel
                revision={item.revision}
                flag={scopeFilter.flag}
                segment={scopeFilter.segment}
                onCompare={(other) => set({ rev: item.revision, vs: other })}
                newest={items[0]?.revision}
              />
            )}
          </li>
        ))}
      </ol>
      <OlderButton query={query} />
    </div>
  );
}

function clean(search: HistorySearch): HistorySearch {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
}

function HistoryRow({ item, open, onToggle }: { item: HistoryItem; open: boolean; onToggle: () => void }) {
  return (
    <UnstyledButton className={classes.row} aria-expanded={open} onClick={onToggle}>
      <span className={classes.revision}>{item.revision}</span>
      <span className={classes.when}>
        <Time at={item.at} />
      </span>
      <span className={classes.actor}>
        <Email>{item.actor.name}</Email>
      </span>
      <span className={classes.envs}>{item.environments.join(', ')}</span>
      <span className={classes.summary}>
        {item.summary}
        {item.count > 1 && <span className={classes.muted}> · {t.folded(item.count)}</span>}
        {item.undoes && <span className={classes.muted}> · {t.undoes(item.undoes)}</span>}
        {item.undone_by && <span className={classes.muted}> · {t.undoneBy(item.undone_by)}</span>}
      </span>
    </UnstyledButton>
  );
}
