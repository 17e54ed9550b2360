import { useQuery } from '@tanstack/react-query';
import { flagQuery } from '@/api/queries';
import { useScope } from '@/app/scope';
import { ErrorPanel, ListSkeleton } from '@/components/Status';
import { flagText as t } from '@/text/flag';
import { RampActs, rampsIn } from './RampActs';
import { entryOf } from './useFlag';

/** The ramps of one flag in one environment, for the panel of a cell: the list knows their share alone. */
export function CellRamps({ flag, environment }: { flag: string; environment: string }) {
  const { organization, project } = useScope();
  const { data, error, refetch } = useQuery(flagQuery(organization, project, flag));
  if (error) return <ErrorPanel error={error} what={t.rampOf(flag)} retry={() => void refetch()} />;
  const entry = data && entryOf(data, environment);
  if (!entry) return <ListSkeleton rows={2} />;
  return rampsIn(entry).map((rule) => (
    <RampActs key={rule ?? ''} flag={flag} entry={entry} {...(rule === undefined ? {} : { rule })} />
  ));
}
