import { Button, Table, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { Page, SegmentListItem } from '@/api/types';
import { useScope } from '@/app/scope';
import { Dialog } from '@/components/Dialog';
import { GuardedButton } from '@/components/GuardedButton';
import { useKeys } from '@/components/keys';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { BusyBar, EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { shortSentence } from '@/features/rules/sentence';
import { segmentsText as t } from '@/text/segments';
import classes from './Segments.module.css';

/** Groups of subjects that rules of this project share. */
export function SegmentsPage() {
  const scope = useScope();
  const { organization, project, path } = scope;
  const { q = '', cursor } = useSearch({ from: '/session/o/$org/p/$project/segments' });
  const navigate = useNavigate();
  const [text, setText] = useState(q);
  const [settled] = useDebouncedValue(text, 150);
  const [creating, setCreating] = useState(false);
  useTitle(t.title);
  const query = useQuery({
    queryKey: keys.segments(organization, project, { q, cursor }),
    queryFn: ({ signal }) =>
      api.get<Page<SegmentListItem>>(`${path}/segments`, { signal, query: { q, cursor, limit: 50 } }),
    placeholderData: keepPreviousData,
  });
  useEffect(() => {
    if (settled !== q) void navigate({ to: '.', search: settled ? { q: settled } : {}, replace: true });
  }, [settled, q, navigate]);
  const mayCreate = scope.can('segment.create');
  useKeys({ c: () => mayCreate && setCreating(true) });
  const root = `/o/${organization}/p/${project}/segments`;
  const { data } = query;
  return (
    <>
      <BusyBar busy={query.isFetching} />
      <PageHeader title={t.title} aside={data?.total?.toLocaleString()} text={t.purpose}>
        <GuardedButton allowed={mayCreate} permission="segment.create" onClick={() => setCreating(true)}>
          {t.create}
        </GuardedButton>
      </PageHeader>
      <TextInput
        className={classes.search}
        aria-label={t.search}
        placeholder={t.search}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {query.isPending && <ListSkeleton />}
      {query.error && <ErrorPanel error={query.error} what={t.whatList} retry={() => void query.refetch()} />}
      {data && data.items.length === 0 && (
        <EmptyState
          title={q ? t.noneMatch(q) : t.none}
          text={q ? '' : t.noneText}
          command={q ? '' : 'hoist segment create beta'}
        >
          {q && (
            <Button size="xs" variant="default" onClick={() => setText('')}>
              {t.clear}
            </Button>
          )}
        </EmptyState>
      )}
      {data && data.items.length > 0 && (
        <div className={classes.scroll}>
          <Table aria-label={t.title} highlightOnHover>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t.segment}</Table.Th>
                <Table.Th scope="col">{t.definition}</Table.Th>
                <Table.Th scope="col">{t.members}</Table.Th>
                <Table.Th scope="col">{t.usedBy}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((segment) => (
                <Table.Tr key={segment.key}>
                  <Table.Td>
                    <Link to={segmentAddress(root, segment.key)} className={classes.key}>
                      {segment.key}
                    </Link>
                    {segment.name && <span className={classes.muted}> {segment.name}</span>}
                    {segment.archived_at && <span className={classes.muted}> · {t.archived}</span>}
                  </Table.Td>
                  <Table.Td>
                    {segment.condition ? (
                      shortSentence(segment.condition)
                    ) : (
                      <span className={classes.muted}>{t.noCondition}</span>
                    )}
                  </Table.Td>
                  <Table.Td>{segment.member_count.toLocaleString()}</Table.Td>
                  <Table.Td>{segment.used_by.toLocaleString()}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {data && (cursor || data.next) && (
        <nav className={classes.pager} aria-label={t.pages}>
          <Button
            size="xs"
            variant="default"
            disabled={!cursor}
            onClick={() => void navigate({ to: '.', search: q ? { q } : {} })}
          >
            {t.first}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={!data.next}
            onClick={() =>
              void navigate({
                to: '.',
                search: { ...(q ? { q } : {}), ...(data.next ? { cursor: data.next } : {}) },
              })
            }
          >
            {t.next}
          </Button>
        </nav>
      )}
      {creating && <CreateDialog onClose={() => setCreating(false)} root={root} />}
    </>
  );
}

const keyForm = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

function CreateDialog({ onClose, root }: { onClose: () => void; root: string }) {
  const { organization, project } = useScope();
  const { openPlan } = usePlan();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [key, setKey] = useState<string>();
  const [description, setDescription] = useState('');
  const [checked, setChecked] = useState(false);
  const made = key ?? keyFrom(name);
  const wrong = keyForm.test(made) ? undefined : t.keyRule;
  const create = async () => {
    if (wrong) {
      setChecked(true);
      return;
    }
    onClose();
    const result = await openPlan({
      organization,
      project,
      changes: [
        {
          segment: {
            create: { key: made, ...(name ? { name } : {}), ...(description ? { description } : {}) },
          },
        },
      ],
      title: t.creating(made),
    });
    if (result.outcome === 'applied') void navigate({ to: `${root}/${encodeURIComponent(made)}` });
  };
  return (
    <Dialog onClose={onClose} title={t.create} size={480}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        <TextInput
          label={t.name}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t.key}
          withAsterisk
          className={classes.mono}
          value={made}
          error={checked || key !== undefined ? wrong : undefined}
          onChange={(event) => setKey(event.currentTarget.value)}
        />
        <Textarea
          label={t.description}
          autosize
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button type="submit">{t.create}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function keyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9._:@-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '');
}

const segmentAddress = (root: string, key: string): string => `${root}/${encodeURIComponent(key)}`;
