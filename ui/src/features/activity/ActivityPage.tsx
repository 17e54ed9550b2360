import { Button, NativeSelect, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useRef } from 'react';
import { sessionQuery } from '@/api/queries';
import type { Environment, HistoryItem, Permission } from '@/api/types';
import { useEnvironments, useScope } from '@/app/scope';
import { Email } from '@/components/Email';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { BusyBar, EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { Time, useMinute } from '@/components/Time';
import { dayKey } from '@/features/calendar/days';
import { OlderButton } from '@/features/history/OlderButton';
import { type HistoryFilter, historyQuery } from '@/features/history/queries';
import { useTakeBack } from '@/features/history/useTakeBack';
import { activityText as t } from '@/text/activity';
import { historyText } from '@/text/history';
import classes from './Activity.module.css';
import { type Burst, daysOfBursts, whose } from './bursts';

const dateFormat = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
});
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** Who changed what, as it happens: the sentences of the history, by day, person and time. */
export function ActivityPage() {
  const search = useSearch({ from: '/session/o/$org/p/$project/activity' });
  const { organization, project } = useScope();
  const { data: session } = useQuery(sessionQuery);
  const environments = useEnvironments();
  const navigate = useNavigate();
  const now = useMinute();
  useTitle(t.title);
  const me = session?.user.id;
  const filter: HistoryFilter = {
    ...(search.env ? { environment: search.env } : {}),
    ...(search.who === 'mine' && me ? { actor: me } : {}),
    ...(search.who === 'others' && me ? { other_than: me } : {}),
  };
  const query = useInfiniteQuery(historyQuery(organization, project, filter));
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const days = useMemo(() => daysOfBursts(items), [items]);
  // What the page was opened with; what is newer has come since.
  const known = useRef<number>(undefined);
  known.current ??= items[0]?.revision ?? (query.data ? 0 : undefined);
  const go = (next: typeof search) =>
    void navigate({ to: '.', search: { ...search, ...next }, replace: true, resetScroll: false });
  return (
    <>
      <BusyBar busy={query.isFetching && !query.isPending} />
      <PageHeader title={t.title} text={t.purpose} />
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label={t.whose}
          value={search.who ?? ''}
          data={[
            { value: '', label: t.everybody },
            { value: 'mine', label: t.mine },
            { value: 'others', label: t.others },
          ]}
          onChange={(value) => go({ who: whose.find((each) => each === value) })}
        />
        <NativeSelect
          size="xs"
          aria-label={historyText.environment}
          value={search.env ?? ''}
          data={[{ value: '', label: historyText.allEnvironments }, ...environments.map(({ key }) => key)]}
          onChange={(event) => go({ env: event.currentTarget.value || undefined })}
        />
      </div>
      {query.isPending && <ListSkeleton />}
      {query.error && <ErrorPanel error={query.error} what={t.what} retry={() => void query.refetch()} />}
      {query.data && items.length === 0 && <Nothing filtered={Boolean(search.who || search.env)} />}
      <ol className={classes.days}>
        {days.map((day) => (
          <li key={day.key}>
            <h2 className={classes.day}>{dayName(day.key, now)}</h2>
            <ol className={classes.bursts}>
              {day.bursts.map((burst) => (
                <BurstRows
                  key={burst.key}
                  burst={burst}
                  environments={environments}
                  newerThan={known.current ?? 0}
                />
              ))}
            </ol>
          </li>
        ))}
      </ol>
      <OlderButton query={query} />
    </>
  );
}

function dayName(key: string, now: number): string {
  if (key === dayKey(now)) return t.today;
  const tomorrow = new Date(`${key}T12:00:00`);
  tomorrow.setDate(tomorrow.getDate() + 1);
  if (dayKey(tomorrow) === dayKey(now)) return t.yesterday;
  return dateFormat.format(new Date(`${key}T12:00:00`));
}

function Nothing({ filtered }: { filtered: boolean }) {
  const { organization, project } = useScope();
  if (!filtered) return <EmptyState title={t.none} text={t.noneText} />;
  return (
    <EmptyState title={t.noneMatch}>
      <Button
        size="xs"
        variant="default"
        renderRoot={(props) => (
          <Link {...props} to="/o/$org/p/$project/activity" params={{ org: organization, project }} />
        )}
      >
        {t.showAll}
      </Button>
    </EmptyState>
  );
}

interface BurstRowsProps {
  burst: Burst;
  environments: readonly Environment[];
  newerThan: number;
}

function BurstRows({ burst, environments, newerThan }: BurstRowsProps) {
  const [newest] = burst.items;
  const oldest = burst.items.at(-1) ?? newest;
  const [from, to] = [oldest, newest].map(({ at }) => timeFormat.format(new Date(at)));
  return (
    <li className={classes.burst}>
      <h3 className={classes.who}>
        <Email>{burst.name}</Email>{' '}
        <span className={classes.muted}>
          {from === to ? from : `${from} – ${to}`} · {t.changes(burst.items.length)}
        </span>
      </h3>
      <ul className={classes.items}>
        {burst.items.map((item) => (
          <ActivityRow
            key={item.revision}
            item={item}
            environments={environments}
            isNew={item.revision > newerThan}
          />
        ))}
      </ul>
    </li>
  );
}

/** Without any of these nothing can be taken back. */
const editing: readonly Permission[] = [
  'flag.edit',
  'flag.configure',
  'flag.switch',
  'flag.override',
  'flag.kill',
  'segment.edit',
  'environment.manage',
  'project.manage',
];

interface ActivityRowProps {
  item: HistoryItem;
  environments: readonly Environment[];
  isNew: boolean;
}

function ActivityRow({ item, environments, isNew }: ActivityRowProps) {
  const { organization: org, project, can } = useScope();
  const takeBack = useTakeBack();
  const params = { org, project };
  return (
    <li className={classes.item} data-new={isNew || undefined}>
      <span className={classes.words}>
        {isNew && <strong className={classes.new}>{t.isNew}</strong>} {item.summary}
        {item.count > 1 && <span className={classes.muted}> · {t.parts(item.count)}</span>}
        {item.undoes && <span className={classes.muted}> · {t.undoes(item.undoes)}</span>}
        {item.undone_by && <span className={classes.muted}> · {t.undone(item.undone_by)}</span>}
        {item.note && <span className={classes.muted}> · {historyText.noteIs(item.note)}</span>}
      </span>
      <span className={classes.marks}>
        {item.environments.map((key) => (
          <EnvironmentBadge
            key={key}
            environment={environments.find((each) => each.key === key) ?? { key, protected: false }}
          />
        ))}
        {item.flags.map((flag) => (
          <Link
            key={flag}
            to="/o/$org/p/$project/flags/$flag"
            params={{ ...params, flag }}
            className={classes.flag}
          >
            {flag}
          </Link>
        ))}
        <Link to="/o/$org/p/$project/history" params={params} search={{ rev: item.revision }}>
          {t.revision(item.revision)}
        </Link>
        <span className={classes.muted}>
          <Time at={item.at} />
        </span>
        {!item.undone_by && editing.some(can) && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-label={t.undoNamed(item.revision, item.summary)}
            onClick={() => takeBack(item)}
          >
            {t.undo}
          </Button>
        )}
      </span>
    </li>
  );
}
