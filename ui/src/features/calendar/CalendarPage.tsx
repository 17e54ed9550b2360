import { Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { environmentsQuery } from '@/api/queries';
import type { Environment } from '@/api/types';
import { useScope } from '@/app/scope';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { BusyBar, EmptyState, ErrorPanel, ListSkeleton, Note } from '@/components/Status';
import { useMinute } from '@/components/Time';
import { EventWords } from '@/features/schedule/EventWords';
import { timelineQuery } from '@/features/schedule/query';
import { type Happening, happenings } from '@/features/schedule/spans';
import { scheduleText as t } from '@/text/schedule';
import classes from './Calendar.module.css';
import { byDay, type Day, dayKey, daysOf, endOfDays, step, type View } from './days';
import type { CalendarSearch } from './routes';

const noEnvironments: Environment[] = [];

/** Before the first day, so that a turn at its first moment is a turn and not the state that was found. */
const before = 60_000;

/** What comes by itself in one environment, day by day. */
export function CalendarPage() {
  const search = useSearch({ from: '/session/o/$org/p/$project/calendar' });
  const { organization, project } = useScope();
  const { data: known } = useQuery(environmentsQuery(organization, project));
  const environments = known ?? noEnvironments;
  const navigate = useNavigate();
  const now = useMinute();
  useTitle(t.calendar);
  const view = search.view ?? 'week';
  const environment =
    environments.find(({ key }) => key === search.env) ??
    environments.find((each) => each.protected) ??
    environments[0];
  const days = daysOf(view, search.day, now);
  const [start, end] = [days[0]?.from ?? 0, endOfDays(days)];
  const { data, error, isFetching, refetch } = useQuery({
    ...timelineQuery(organization, project, environment?.key ?? '', {
      from: new Date(start - before).toISOString(),
      to: new Date(end).toISOString(),
    }),
    enabled: environment !== undefined,
  });
  const wanted = (search.q ?? '').trim().toLowerCase();
  const events = useMemo(() => {
    const all = data ? happenings(data, start - 1).filter((event) => event.changes) : [];
    return { all, shown: all.filter((event) => event.flag.toLowerCase().includes(wanted)) };
  }, [data, start, wanted]);
  const go = (next: CalendarSearch) =>
    void navigate({ to: '.', search: { ...search, ...next }, replace: true, resetScroll: false });
  const found = byDay(events.shown);
  return (
    <>
      <BusyBar busy={isFetching} />
      <PageHeader title={t.calendar} aside={data && t.events(events.shown.length)} text={t.calendarPurpose} />
      <div className={classes.tools}>
        <NativeSelect
          size="xs"
          label={t.environment}
          value={environment?.key ?? ''}
          data={environments.map(({ key }) => key)}
          onChange={(event) => go({ env: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          label={t.flagText}
          placeholder={t.flagPlaceholder}
          value={search.q ?? ''}
          onChange={(event) => go({ q: event.currentTarget.value || undefined })}
        />
        <SegmentedControl
          size="xs"
          aria-label={t.view}
          value={view}
          data={(['week', 'month'] as const).map((value) => ({ value, label: t.views[value] }))}
          onChange={(value) => go({ view: value === 'month' ? 'month' : 'week' })}
        />
        <span className={classes.steps}>
          <Button size="xs" variant="default" onClick={() => go({ day: step(view, search.day, now, -1) })}>
            {t.earlier}
          </Button>
          <Button size="xs" variant="default" onClick={() => go({ day: undefined })}>
            {t.today}
          </Button>
          <Button size="xs" variant="default" onClick={() => go({ day: step(view, search.day, now, 1) })}>
            {t.later}
          </Button>
        </span>
      </div>
      {error && <ErrorPanel error={error} what={t.whatCalendar} retry={() => void refetch()} />}
      {known?.length === 0 && <EmptyState title={t.noEnvironments} />}
      {!data && !error && known?.length !== 0 && <ListSkeleton />}
      {data && environment && (
        <>
          <h2 className={classes.title}>
            {titleOf(view, days)} <EnvironmentBadge environment={environment} long />
          </h2>
          {data.truncated && <Note tone="warn">{t.truncated}</Note>}
          {events.shown.length === 0 ? (
            events.all.length === 0 ? (
              <EmptyState title={t.emptyCalendar} text={t.emptyCalendarText} />
            ) : (
              <EmptyState title={t.noneMatch(search.q ?? '')} />
            )
          ) : (
            <ol className={classes.days} data-view={view}>
              {days.map((day) => (
                <DayCell
                  key={day.key}
                  day={day}
                  events={found.get(day.key) ?? none}
                  most={view === 'week' ? 12 : 4}
                  today={day.key === dayKey(now)}
                  environment={environment.key}
                />
              ))}
            </ol>
          )}
        </>
      )}
    </>
  );
}

const none: Happening[] = [];
const monthFormat = new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' });
const dateFormat = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short', year: 'numeric' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });
const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

function titleOf(view: View, days: readonly Day[]): string {
  const inside = days.filter((day) => day.inside);
  const [first, last] = [inside[0]?.from ?? 0, inside.at(-1)?.from ?? 0];
  return view === 'month'
    ? monthFormat.format(first)
    : `${dateFormat.format(first)} – ${dateFormat.format(last)}`;
}

interface DayCellProps {
  day: Day;
  events: Happening[];
  /** Shown before somebody asks for all. */
  most: number;
  today: boolean;
  environment: string;
}

function DayCell({ day, events, most, today, environment }: DayCellProps) {
  const { organization, project } = useScope();
  const [all, setAll] = useState(false);
  const shown = all ? events : events.slice(0, most);
  return (
    <li
      className={classes.day}
      data-inside={day.inside || undefined}
      data-today={today || undefined}
      data-empty={events.length === 0 || undefined}
    >
      <h3 className={classes.dayTitle}>
        <time dateTime={day.key}>{dayFormat.format(day.from)}</time>
        {today && <span className={classes.today}>{t.isToday}</span>}
      </h3>
      {events.length > 0 && (
        <ul className={classes.events}>
          {shown.map((event) => (
            <li key={`${event.at} ${event.flag} ${event.event} ${event.share}`} className={classes.event}>
              <time dateTime={event.at}>{timeFormat.format(new Date(event.at))}</time>
              <Link
                to="/o/$org/p/$project/flags/$flag/e/$env"
                params={{ org: organization, project, flag: event.flag, env: environment }}
                hash="schedule"
                className={classes.flag}
              >
                {event.flag}
              </Link>
              <EventWords event={event} />
            </li>
          ))}
        </ul>
      )}
      {events.length > shown.length && (
        <Button size="compact-xs" variant="default" onClick={() => setAll(true)}>
          {t.more(events.length - shown.length)}
        </Button>
      )}
    </li>
  );
}
