import { ActionIcon, Menu } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import { projectPath } from '@/api/paths';
import type { Change, SegmentDetail } from '@/api/types';
import { useEnvironments, useScope } from '@/app/scope';
import { CopyButton } from '@/components/CopyButton';
import { Icon } from '@/components/Icon';
import { useTitle } from '@/components/PageHeader';
import { BusyBar, ErrorPanel, ListSkeleton, Note } from '@/components/Status';
import { InlineEdit } from '@/features/flag/InlineEdit';
import { HistoryView } from '@/features/history/HistoryView';
import { usePlan } from '@/features/plan';
import { segmentsText as t } from '@/text/segments';
import { DefinitionTab } from './DefinitionTab';
import { MembersTab } from './MembersTab';
import classes from './Segments.module.css';
import { UsedByTab } from './UsedByTab';

export const segmentQuery = (organization: string, project: string, segment: string) =>
  queryOptions({
    queryKey: keys.segment(organization, project, segment),
    queryFn: ({ signal }) =>
      api.get<SegmentDetail>(
        `${projectPath(organization, project)}/segments/${encodeURIComponent(segment)}`,
        { signal },
      ),
  });

const tabs = ['definition', 'members', 'used-by', 'history'] as const;

/** One segment: what it means, who is listed, what it reaches. */
export function SegmentPage() {
  const { segment: key = '', tab = 'definition' } = useParams({ strict: false });
  const scope = useScope();
  const query = useQuery(segmentQuery(scope.organization, scope.project, key));
  const environments = useEnvironments().map((environment) => environment.key);
  useTitle(key, t.title);
  if (!query.data) {
    return query.error ? (
      <ErrorPanel error={query.error} what={t.whatSegment} retry={() => void query.refetch()} />
    ) : (
      <ListSkeleton />
    );
  }
  const root = `/o/${scope.organization}/p/${scope.project}/segments/${encodeURIComponent(key)}`;
  const detail = query.data;
  return (
    <>
      <BusyBar busy={query.isFetching} />
      <Header detail={detail} />
      {detail.segment.archived_at && <Note tone="warn">{t.archivedBand}</Note>}
      <nav aria-label={t.tabs} className={classes.tabs}>
        {tabs.map((name) => (
          <Link
            key={name}
            to={name === 'definition' ? root : `${root}/${name}`}
            activeOptions={{ exact: true }}
            className={classes.tab}
          >
            {t.tabNames[name]}
            {name === 'members' && (
              <span className={classes.count}>{detail.segment.member_count.toLocaleString()}</span>
            )}
            {name === 'used-by' && <span className={classes.count}>{detail.used_by.length}</span>}
          </Link>
        ))}
      </nav>
      {tab === 'definition' && <DefinitionTab key={detail.segment.revision} detail={detail} />}
      {tab === 'members' && <MembersTab segment={detail.segment} />}
      {tab === 'used-by' && <UsedByTab detail={detail} />}
      {tab === 'history' && <SegmentHistory segment={key} environments={environments} />}
    </>
  );
}

function SegmentHistory({ segment, environments }: { segment: string; environments: string[] }) {
  return <HistoryView scopeFilter={{ segment }} environments={environments} search={{}} local />;
}

function Header({ detail }: { detail: SegmentDetail }) {
  const scope = useScope();
  const { openPlan } = usePlan();
  const navigate = useNavigate();
  const { segment } = detail;
  const used = detail.used_by.length > 0;
  const act = (change: Change, title: string, base = true) =>
    openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [change],
      ...(base ? { base: { [segment.id]: segment.revision } } : {}),
      title,
    });
  const save = async (patch: Record<string, unknown>) => {
    await act({ segment: { edit: { segment: segment.key, patch } } }, t.changing(segment.key));
  };
  const duplicate = () => {
    const key = `${segment.key}-copy`;
    const create = { key, name: segment.name, description: segment.description };
    const full = segment.condition ? { ...create, condition: segment.condition } : create;
    void act({ segment: { create: full } }, t.creating(key), false).then((result) => {
      if (result.outcome === 'applied')
        void navigate({ to: `/o/${scope.organization}/p/${scope.project}/segments/${key}` });
    });
  };
  const mayEdit = scope.can('segment.edit') && !segment.archived_at;
  return (
    <header className={classes.header}>
      <div className={classes.headerMain}>
        <h1 className={classes.title}>
          <span className={classes.key}>{segment.key}</span>
          <CopyButton value={segment.key} what={t.keyNamed(segment.key)} />
        </h1>
        <InlineEdit
          label={t.name}
          value={segment.name}
          empty={t.addName}
          allowed={mayEdit}
          onSave={(name) => save({ name })}
        />{' '}
        <InlineEdit
          label={t.description}
          value={segment.description}
          empty={t.addDescription}
          allowed={mayEdit}
          long
          onSave={(description) => save({ description })}
        />
      </div>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t.moreFor(segment.key)}>
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={!scope.can('segment.create')} onClick={duplicate}>
            {t.duplicate}
          </Menu.Item>
          {segment.archived_at ? (
            <Menu.Item
              disabled={!scope.can('segment.edit')}
              onClick={() =>
                void act({ segment: { restore: { segment: segment.key } } }, t.restoring(segment.key))
              }
            >
              {t.restore}
            </Menu.Item>
          ) : (
            <Menu.Item
              disabled={!scope.can('segment.edit')}
              onClick={() =>
                void act({ segment: { archive: { segment: segment.key } } }, t.archiving(segment.key))
              }
            >
              {t.archive}
            </Menu.Item>
          )}
          <Menu.Item
            disabled={used || !scope.can('segment.delete')}
            onClick={() =>
              void act({ segment: { delete: { segment: segment.key } } }, t.deleting(segment.key)).then(
                (result) => {
                  if (result.outcome === 'applied')
                    void navigate({ to: `/o/${scope.organization}/p/${scope.project}/segments` });
                },
              )
            }
          >
            {t.delete}
          </Menu.Item>
          {used && <Menu.Label>{t.deleteBlocked(detail.used_by.length)}</Menu.Label>}
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}
