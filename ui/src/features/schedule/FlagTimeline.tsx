import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { FlagEnvironment, ScheduleWindow } from '@/api/types';
import { PagedList } from '@/components/PagedList';
import { ErrorPanel, Note } from '@/components/Status';
import { useMinute } from '@/components/Time';
import { useFlag } from '@/features/flag/useFlag';
import { scheduleText as t } from '@/text/schedule';
import { EventWords } from './EventWords';
import { LinePicture } from './LinePicture';
import { timelineQuery } from './query';
import classes from './Schedule.module.css';
import { type Happening, happenings, spansOf } from './spans';
import { shortWhen } from './words';

const lengths = [7, 30] as const;
type Length = (typeof lengths)[number];
/** Events listed before somebody asks for all. */
const few = 5;
const noWindows: ScheduleWindow[] = [];

/** The first moment of a day on this clock, so many days later. */
function midnight(now: number, later: number): Date {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() + later);
  return day;
}

/** What comes by itself for the flag as it is saved: a picture, and the same as a list. */
export function FlagTimeline({ entry }: { entry: FlagEnvironment }) {
  const { detail, scope } = useFlag();
  const now = useMinute();
  const [days, setDays] = useState<Length>(7);
  const flag = detail.flag.key;
  const [from, to] = [midnight(now, 0), midnight(now, days)];
  const { data, error, refetch } = useQuery(
    timelineQuery(scope.organization, scope.project, entry.environment.key, {
      from: from.toISOString(),
      to: to.toISOString(),
      flag,
    }),
  );
  const windows = entry.config.schedule?.windows ?? noWindows;
  const coming = data ? happenings(data, now) : [];
  return (
    <section className={classes.line} aria-label={t.lineTitle} data-timeline>
      <div className={classes.lineHead}>
        <h3 className={classes.lineTitle}>
          {t.lineTitle} <span className={classes.muted}>{t.asSaved}</span>
        </h3>
        <SegmentedControl
          size="xs"
          aria-label={t.span}
          value={String(days)}
          data={lengths.map((length) => ({ value: String(length), label: t.daysAhead(length) }))}
          onChange={(value) => setDays(value === '30' ? 30 : 7)}
        />
      </div>
      {error && <ErrorPanel error={error} what={t.whatLine} retry={() => void refetch()} />}
      {data && coming.length === 0 && <p className={classes.muted}>{t.nothingComes(days)}</p>}
      {data && coming.length > 0 && (
        <>
          <LinePicture
            name={t.lineOf(flag, days)}
            from={from.getTime()}
            to={to.getTime()}
            now={now}
            spans={spansOf(data, { enabled: entry.config.enabled, kill: entry.kill })}
            coming={coming}
          />
          <Coming key={days} coming={coming} windows={windows} now={now} />
          {data.truncated && <Note tone="warn">{t.truncated}</Note>}
        </>
      )}
    </section>
  );
}

interface ComingProps {
  coming: Happening[];
  windows: readonly ScheduleWindow[];
  now: number;
}

function Coming({ coming, windows, now }: ComingProps) {
  const [all, setAll] = useState(false);
  const list = (events: readonly Happening[]) => (
    <ol className={classes.coming}>
      {events.map((event) => (
        <li key={`${event.at} ${event.event} ${event.share}`}>
          <time dateTime={event.at}>{shortWhen(event.at, now)}</time>{' '}
          <EventWords event={event} windows={windows} />
        </li>
      ))}
    </ol>
  );
  if (!all)
    return (
      <>
        {list(coming.slice(0, few))}
        {coming.length > few && (
          <Button size="compact-xs" variant="default" className={classes.add} onClick={() => setAll(true)}>
            {t.showAll(coming.length)}
          </Button>
        )}
      </>
    );
  return (
    <PagedList items={coming} textOf={searched}>
      {list}
    </PagedList>
  );
}

const searched = (event: Happening) => shortWhen(event.at, Number.NEGATIVE_INFINITY);
