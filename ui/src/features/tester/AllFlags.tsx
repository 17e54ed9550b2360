import { Button, Table, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { ExplainAnswer, ExplainRequest, ExplainResult, FlagPage } from '@/api/types';
import { useScope } from '@/app/scope';
import { ErrorPanel, ListSkeleton } from '@/components/Status';
import { testerText as t } from '@/text/tester';
import type { Context } from './fragment';
import classes from './Tester.module.css';
import { servedWords } from './Verdict';

/** Flags on a page. */
const size = 50;
/** Decisions that the server explains in one request. */
const most = 100;

interface AllFlagsProps {
  context: Context;
  at: string | undefined;
  environments: string[];
  onChoose: (flag: string) => void;
}

/** Every flag for one subject, a page at a time; the environments are columns. */
export function AllFlags({ context, at, environments, onChoose }: AllFlagsProps) {
  const { organization, project, path } = useScope();
  const [text, setText] = useState('');
  const [trail, setTrail] = useState<string[]>([]);
  const [q] = useDebouncedValue(text, 150);
  const cursor = trail.at(-1);
  const flags = useQuery({
    queryKey: keys.flags(organization, project, { tester: q, cursor }),
    queryFn: ({ signal }) =>
      api.get<FlagPage>(`${path}/flags`, { signal, query: { q, cursor, limit: size } }),
    placeholderData: keepPreviousData,
  });
  const shown = flags.data?.items.map((flag) => flag.key) ?? [];
  const [settled] = useDebouncedValue(JSON.stringify({ context, at, environments }), 250);
  const results = useQuery({
    queryKey: keys.explain(organization, project, ['all', shown, settled]),
    queryFn: ({ signal }) => explainAll(path, shown, JSON.parse(settled) as Asked, signal),
    enabled: shown.length > 0 && environments.length > 0,
    placeholderData: keepPreviousData,
    retry: false,
    gcTime: 60_000,
  });
  const byKey = new Map(results.data?.map((result) => [`${result.flag} ${result.environment}`, result]));
  const total = flags.data?.total ?? 0;
  const from = trail.length * size + 1;
  const error = flags.error ?? results.error;
  return (
    <>
      <TextInput
        size="xs"
        label={t.findFlags}
        className={classes.find}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setTrail([]);
        }}
      />
      {error && <ErrorPanel error={error} what={t.allFlagsTable} retry={() => void results.refetch()} />}
      {flags.isPending && <ListSkeleton />}
      {flags.data && shown.length === 0 && <p className={classes.muted}>{t.noFlags}</p>}
      {shown.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that may scroll sideways must be reachable
        <section className={classes.scroll} aria-label={t.allFlagsTable} tabIndex={0}>
          <Table aria-label={t.allFlagsTable}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t.flag}</Table.Th>
                {environments.map((environment) => (
                  <Table.Th key={environment} scope="col">
                    {environment}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((flag) => (
                <Table.Tr key={flag}>
                  <Table.Td>
                    <button type="button" className={classes.flagButton} onClick={() => onChoose(flag)}>
                      {flag}
                    </button>
                  </Table.Td>
                  {environments.map((environment) => (
                    <Table.Td key={environment}>
                      <Served result={byKey.get(`${flag} ${environment}`)} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
      {total > size && (
        <nav className={classes.pager} aria-label={t.pages}>
          <span>{t.range(from, from + shown.length - 1, total)}</span>
          <Button
            size="xs"
            variant="default"
            disabled={trail.length === 0}
            onClick={() => setTrail(trail.slice(0, -1))}
          >
            {t.previous}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!flags.data?.next}
            onClick={() => flags.data?.next && setTrail([...trail, flags.data.next])}
          >
            {t.next}
          </Button>
        </nav>
      )}
    </>
  );
}

function Served({ result }: { result: ExplainResult | undefined }) {
  if (!result) return null;
  return (
    <>
      {servedWords(result)} <span className={classes.reason}>{result.reason}</span>
    </>
  );
}

interface Asked {
  context: Context;
  at?: string;
  environments: string[];
}

/** Several requests, since one explains at most a hundred decisions. */
async function explainAll(
  path: string,
  flags: string[],
  { context, at, environments }: Asked,
  signal: AbortSignal,
): Promise<ExplainResult[]> {
  const step = Math.max(1, Math.floor(most / environments.length));
  const requests: ExplainRequest[] = [];
  for (let from = 0; from < flags.length; from += step) {
    const part = flags.slice(from, from + step);
    requests.push({ flags: part, environments, contexts: [context], ...(at ? { at } : {}) });
  }
  const answers = await Promise.all(
    requests.map((request) => api.post<ExplainAnswer>(`${path}/explain`, request, { signal })),
  );
  return answers.flatMap((answer) => answer.results);
}
