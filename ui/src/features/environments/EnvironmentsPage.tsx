import { ActionIcon } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { environmentsQuery } from '@/api/queries';
import type { Environment } from '@/api/types';
import { useConnected } from '@/app/live';
import { useScope } from '@/app/scope';
import { announce } from '@/components/announce';
import { type Column, DataTable } from '@/components/DataTable';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import form from '@/components/Form.module.css';
import { GuardedButton } from '@/components/GuardedButton';
import { Icon } from '@/components/Icon';
import { EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { common } from '@/text/common';
import { planText } from '@/text/plan';
import { settingsText } from '@/text/settings';
import { EnvironmentDialog } from './EnvironmentDialog';

export function EnvironmentsPage() {
  const { organization, project, can } = useScope();
  const query = useQuery(environmentsQuery(organization, project));
  const connected = useConnected();
  const { openPlan } = usePlan();
  const [editing, setEditing] = useState<Environment | 'new'>();
  const moving = useRef(false);
  const environments = query.data ?? [];
  const may = can('environment.manage') && connected;
  const guard = {
    allowed: may,
    permission: 'environment.manage',
    reason: connected ? undefined : planText.disconnected,
  };

  const move = async (environment: Environment, to: number, button: HTMLElement) => {
    if (to < 0 || to >= environments.length || !may || moving.current) return;
    moving.current = true;
    const order = environments.filter((each) => each.key !== environment.key).map((each) => each.key);
    order.splice(to, 0, environment.key);
    const result = await openPlan({
      organization,
      project,
      changes: [{ environment: { order: { environments: order } } }],
      title: settingsText.environmentsOrderTitle,
      done: settingsText.environmentsOrderDone,
    });
    moving.current = false;
    if (result.outcome !== 'cancelled') {
      announce(settingsText.position(environment.key, to + 1, environments.length));
    }
    // The row moved; the focus stays on its button.
    window.requestAnimationFrame(() => button.focus());
  };

  const remove = (environment: Environment) =>
    openPlan({
      organization,
      project,
      environment: environment.key,
      changes: [{ environment: { delete: { environment: environment.key } } }],
      title: settingsText.deleteEnvironmentTitle(environment.key),
      direct: false,
    });

  const columns: Column<Environment>[] = [
    {
      key: 'environment',
      title: settingsText.environment,
      cell: (environment) => (
        <span className={form.row}>
          <EnvironmentBadge environment={environment} long />
          {environment.name !== environment.key && environment.name}
        </span>
      ),
    },
    {
      key: 'code',
      title: settingsText.environmentCode,
      cell: (environment) => <code>{environment.code}</code>,
    },
    {
      key: 'protected',
      title: settingsText.environmentProtected,
      cell: (environment) => (environment.protected ? settingsText.protectedYes : settingsText.protectedNo),
    },
    {
      key: 'order',
      title: settingsText.order,
      cell: (environment) => {
        const at = environments.indexOf(environment);
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the arrow keys of the buttons inside
          <span
            className={form.row}
            onKeyDown={(event) => {
              if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
              event.preventDefault();
              if (event.target instanceof HTMLElement) {
                void move(environment, at + (event.key === 'ArrowUp' ? -1 : 1), event.target);
              }
            }}
          >
            <ActionIcon
              aria-label={settingsText.moveUp(environment.key)}
              aria-disabled={!may || at === 0 || undefined}
              data-disabled={!may || at === 0 || undefined}
              onClick={(event) => void move(environment, at - 1, event.currentTarget)}
            >
              <Icon name="up" />
            </ActionIcon>
            <ActionIcon
              aria-label={settingsText.moveDown(environment.key)}
              aria-disabled={!may || at === environments.length - 1 || undefined}
              data-disabled={!may || at === environments.length - 1 || undefined}
              onClick={(event) => void move(environment, at + 1, event.currentTarget)}
            >
              <Icon name="down" />
            </ActionIcon>
          </span>
        );
      },
    },
    {
      key: 'actions',
      title: settingsText.actions,
      quiet: true,
      cell: (environment) => (
        <span className={form.row}>
          <GuardedButton
            {...guard}
            size="compact-sm"
            variant="default"
            aria-label={`${common.edit} ${environment.key}`}
            onClick={() => setEditing(environment)}
          >
            {common.edit}
          </GuardedButton>
          <GuardedButton
            {...guard}
            size="compact-sm"
            variant="default"
            aria-label={`${settingsText.deleteEnvironment} ${environment.key}`}
            onClick={() => void remove(environment)}
          >
            {settingsText.deleteEnvironment}
          </GuardedButton>
        </span>
      ),
    },
  ];

  return (
    <>
      <p className={form.text}>{settingsText.environmentsText}</p>
      {query.isPending && <ListSkeleton rows={3} />}
      {query.isError && (
        <ErrorPanel
          error={query.error}
          what={settingsText.environmentsWhat}
          retry={() => void query.refetch()}
        />
      )}
      {query.data?.length === 0 && <EmptyState title={settingsText.newEnvironment} />}
      {environments.length > 0 && (
        <DataTable
          caption={settingsText.tabs.environments}
          columns={columns}
          rows={environments}
          rowKey={(environment) => environment.key}
        />
      )}
      <p>
        <GuardedButton {...guard} onClick={() => setEditing('new')}>
          {settingsText.newEnvironment}
        </GuardedButton>
      </p>
      {editing && (
        <EnvironmentDialog
          environment={editing === 'new' ? undefined : editing}
          onClose={() => setEditing(undefined)}
        />
      )}
    </>
  );
}
