import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { credentialsQuery } from '@/api/queries';
import type { Credential } from '@/api/types';
import { useConnected } from '@/app/live';
import { useEnvironments, useScope } from '@/app/scope';
import { CopyButton } from '@/components/CopyButton';
import { type Column, DataTable } from '@/components/DataTable';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import form from '@/components/Form.module.css';
import { GuardedButton } from '@/components/GuardedButton';
import { EmptyState, ErrorPanel, ListSkeleton } from '@/components/Status';
import { Time, useMinute } from '@/components/Time';
import { usePlan } from '@/features/plan';
import { common } from '@/text/common';
import { planText } from '@/text/plan';
import { settingsText } from '@/text/settings';
import { NewCredential } from './NewCredential';

function statusOf(credential: Credential, now: number): string {
  if (credential.revoked_at) return settingsText.revoked;
  if (credential.expires_at && Date.parse(credential.expires_at) <= now) return settingsText.expired;
  return settingsText.active;
}

export function CredentialsPage() {
  const { organization, project, can } = useScope();
  const query = useQuery(credentialsQuery(organization, project));
  const environments = useEnvironments();
  const connected = useConnected();
  const { openPlan } = usePlan();
  const now = useMinute();
  const [creating, setCreating] = useState(false);
  const guard = {
    allowed: can('credential.manage') && connected,
    permission: 'credential.manage',
    reason: connected ? undefined : planText.disconnected,
  };
  const revoke = (credential: Credential) =>
    openPlan({
      organization,
      project,
      environment: credential.environment,
      changes: [{ credential: { revoke: { credential: credential.id } } }],
      title: settingsText.revokeTitle(credential.name),
      done: settingsText.revokedDone(credential.name),
      direct: false,
    });
  const columns: Column<Credential>[] = [
    { key: 'name', title: settingsText.credentialName, cell: (credential) => credential.name },
    {
      key: 'kind',
      title: settingsText.credentialKind,
      cell: (credential) => settingsText.kindWords[credential.kind],
    },
    {
      key: 'environment',
      title: settingsText.credentialEnvironment,
      cell: ({ environment }) => {
        const known = environments.find((each) => each.key === environment);
        return known ? <EnvironmentBadge environment={known} /> : environment;
      },
    },
    {
      key: 'key',
      title: settingsText.key,
      cell: (credential) => (
        <span className={form.row}>
          <code>{credential.key ?? `${credential.prefix}…`}</code>
          {credential.key && (
            <CopyButton value={credential.key} what={`${settingsText.key} ${credential.name}`} />
          )}
        </span>
      ),
    },
    {
      key: 'used',
      title: settingsText.lastUsed,
      cell: ({ last_used_at: at }) => (at ? <Time at={at} /> : common.never),
    },
    {
      key: 'expires',
      title: settingsText.expires,
      cell: ({ expires_at: at }) => (at ? <Time at={at} /> : common.never),
    },
    { key: 'status', title: settingsText.status, cell: (credential) => statusOf(credential, now) },
    {
      key: 'actions',
      title: settingsText.actions,
      quiet: true,
      cell: (credential) =>
        credential.revoked_at ? null : (
          <GuardedButton
            {...guard}
            size="compact-sm"
            variant="default"
            aria-label={`${settingsText.revoke} ${credential.name}`}
            onClick={() => void revoke(credential)}
          >
            {settingsText.revoke}
          </GuardedButton>
        ),
    },
  ];
  const create = (
    <GuardedButton {...guard} onClick={() => setCreating(true)}>
      {settingsText.newCredential}
    </GuardedButton>
  );
  return (
    <>
      <p className={form.text}>{settingsText.credentialsText}</p>
      {query.isPending && <ListSkeleton rows={3} />}
      {query.isError && (
        <ErrorPanel
          error={query.error}
          what={settingsText.credentialsWhat}
          retry={() => void query.refetch()}
        />
      )}
      {query.data?.length === 0 && (
        <EmptyState
          title={settingsText.credentialsEmpty}
          text={settingsText.credentialsEmptyText}
          command={settingsText.credentialsCommand}
        >
          {create}
        </EmptyState>
      )}
      {query.data && query.data.length > 0 && (
        <>
          <DataTable
            caption={settingsText.tabs.credentials}
            columns={columns}
            rows={query.data}
            rowKey={(credential) => credential.id}
          />
          <p>{create}</p>
        </>
      )}
      {creating && <NewCredential onClose={() => setCreating(false)} />}
    </>
  );
}
