import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { auditQuery } from '@/api/queries';
import type { HistoryItem } from '@/api/types';
import { useOrganization } from '@/app/scope';
import { type Column, DataTable } from '@/components/DataTable';
import { Email } from '@/components/Email';
import form from '@/components/Form.module.css';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { BusyBar, EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { Time } from '@/components/Time';
import { endOf, startOf } from '@/components/time';
import { settingsText } from '@/text/settings';

const route = getRouteApi('/session/o/$org/audit');

export function AuditPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { organization } = useOrganization();
  const query = useQuery({
    ...auditQuery(organization, { ...search, from: startOf(search.from), to: endOf(search.to) }),
    placeholderData: keepPreviousData,
  });
  useTitle(settingsText.auditTitle, organization);
  const filter = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, cursor: undefined, ...change }), replace: true });

  const columns: Column<HistoryItem>[] = [
    { key: 'time', title: settingsText.time, cell: (item) => <Time at={item.at} exact /> },
    {
      key: 'who',
      title: settingsText.who,
      cell: (item) => <Email>{item.actor.name || settingsText.system}</Email>,
    },
    {
      key: 'what',
      title: settingsText.what,
      cell: (item) => (
        <>
          {item.summary}
          {item.note && (
            <div className={form.muted}>
              {settingsText.note}: {item.note}
            </div>
          )}
        </>
      ),
    },
    { key: 'project', title: settingsText.project, cell: (item) => item.project ?? '–' },
    {
      key: 'revision',
      title: settingsText.revision,
      cell: (item) =>
        item.project ? (
          <Link
            to="/o/$org/p/$project/history"
            params={{ org: organization, project: item.project }}
            search={{ rev: item.revision }}
          >
            {item.revision}
          </Link>
        ) : (
          item.revision
        ),
    },
  ];

  return (
    <>
      <BusyBar busy={query.isFetching && query.isPlaceholderData} />
      <PageHeader title={settingsText.auditTitle} text={settingsText.auditText} aside={query.data?.total} />
      <div className={form.filters}>
        <WordFilter label={settingsText.auditSearch} value={search.q} onChange={(q) => filter({ q })} />
        <WordFilter
          label={settingsText.auditActor}
          value={search.actor}
          onChange={(actor) => filter({ actor })}
        />
        <TextInput
          type="date"
          label={settingsText.auditFrom}
          value={search.from ?? ''}
          onChange={(event) => filter({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label={settingsText.auditTo}
          value={search.to ?? ''}
          onChange={(event) => filter({ to: event.currentTarget.value || undefined })}
        />
      </div>
      {query.isPending && <ListSkeleton />}
      {query.isError && (
        <ErrorPanel error={query.error} what={settingsText.auditWhat} retry={() => void query.refetch()} />
      )}
      {query.data?.items.length === 0 && <EmptyState title={settingsText.auditEmpty} />}
      {query.data && query.data.items.length > 0 && (
        <DataTable
          caption={settingsText.auditTitle}
          columns={columns}
          rows={query.data.items}
          rowKey={(item) => String(item.revision)}
        />
      )}
      <p className={form.actions}>
        {search.cursor && (
          <Button size="xs" variant="default" onClick={() => filter({})}>
            {settingsText.newest}
          </Button>
        )}
        {query.data?.next && (
          <Button
            size="xs"
            variant="default"
            onClick={() =>
              void navigate({ search: (before) => ({ ...before, cursor: query.data?.next ?? undefined }) })
            }
          >
            {settingsText.older}
          </Button>
        )}
      </p>
    </>
  );
}

interface WordFilterProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function WordFilter({ label, value, onChange }: WordFilterProps) {
  const [text, setText] = useState(value ?? '');
  const send = useDebouncedCallback((next: string) => onChange(next.trim() || undefined), 150);
  return (
    <TextInput
      label={label}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        send(event.currentTarget.value);
      }}
    />
  );
}
