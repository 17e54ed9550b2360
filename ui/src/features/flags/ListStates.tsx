import { Button, UnstyledButton } from '@mantine/core';
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { FlagPage } from '@/api/types';
import { useScope } from '@/app/scope';
import { GuardedButton } from '@/components/GuardedButton';
import { EmptyState } from '@/components/Status';
import { flagsText } from '@/text/flags';
import { startText } from '@/text/start';
import classes from './Flags.module.css';
import { parseQuery, without, writeTerm } from './query';

export function NoFlags({ onCreate }: { onCreate: () => void }) {
  const { can, organization, project } = useScope();
  return (
    <EmptyState title={flagsText.emptyTitle} text={flagsText.emptyText} command={flagsText.emptyCommand}>
      <GuardedButton allowed={can('flag.create')} permission="flag.create" onClick={onCreate}>
        {flagsText.create}
      </GuardedButton>
      <Link to="/o/$org/p/$project/start" params={{ org: organization, project }}>
        {startText.link}
      </Link>
    </EmptyState>
  );
}

interface NoMatchProps {
  query: string;
  onQuery: (query: string) => void;
}

/** Nothing matches: the nearest wider queries, with what they would show. */
export function NoMatch({ query, onQuery }: NoMatchProps) {
  const { organization, project, path } = useScope();
  const terms = parseQuery(query);
  const wider =
    terms.length > 1 ? terms.slice(0, 4).map((term, index) => ({ term, q: without(query, index) })) : [];
  const counts = useQueries({
    queries: wider.map(({ q }) => ({
      queryKey: keys.flags(organization, project, { count: q }),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get<FlagPage>(`${path}/flags`, { signal, query: { q, limit: 1 } }),
    })),
  });
  return (
    <EmptyState title={flagsText.noMatch(query)}>
      {wider.map(({ term, q }, index) => (
        <UnstyledButton key={writeTerm(term)} className={classes.widen} onClick={() => onQuery(q)}>
          {flagsText.widen(writeTerm(term), counts[index]?.data?.total)}
        </UnstyledButton>
      ))}
      <Button size="xs" variant="default" onClick={() => onQuery('')}>
        {flagsText.clear}
      </Button>
    </EmptyState>
  );
}
