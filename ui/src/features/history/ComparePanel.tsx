import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import type { Effect } from '@/api/types';
import { useScope } from '@/app/scope';
import { ErrorPanel, ListSkeleton } from '@/components/Status';
import { useMinute } from '@/components/Time';
import { historyText as t } from '@/text/history';
import { EditLines } from './EditLines';
import { effectLines } from './effects';
import { joinEffects } from './fold';
import classes from './History.module.css';
import { loadBetween } from './load';
import type { HistoryFilter } from './queries';

interface ComparePanelProps {
  a: number;
  b: number;
  filter: HistoryFilter;
  onClose: () => void;
}

/** What is different between two revisions: all changes in between, joined per document. */
export function ComparePanel({ a, b, filter, onClose }: ComparePanelProps) {
  const { organization, project } = useScope();
  const now = useMinute();
  const scope = filter.flag ? { flag: filter.flag } : filter.segment ? { segment: filter.segment } : {};
  const { data, error, refetch } = useQuery({
    queryKey: keys.history(organization, project, 'between', a, b, scope),
    queryFn: ({ signal }) => loadBetween(organization, project, scope, a, b, signal),
  });
  const joined: Effect[] = data ? joinEffects(data.details) : [];
  const groups = joined.map((effect) => effectLines(effect, now)).filter((group) => group.lines.length > 0);
  return (
    <section className={classes.panel} aria-label={t.between(a, b)}>
      <div className={classes.panelHead}>
        <h2>{t.between(a, b)}</h2>
        <Button size="xs" variant="default" onClick={onClose}>
          {t.close}
        </Button>
      </div>
      {error && <ErrorPanel error={error} what={t.whatRevision} retry={() => void refetch()} />}
      {!data && !error && <ListSkeleton rows={3} />}
      {data?.cut && <p className={classes.muted}>{t.cut}</p>}
      {data && groups.length === 0 && <p className={classes.muted}>{t.noDifference}</p>}
      {groups.map((group) => (
        <div key={group.id} className={classes.group}>
          <h2>{group.title}</h2>
          <EditLines edits={group.lines} />
        </div>
      ))}
    </section>
  );
}
