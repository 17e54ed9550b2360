import { useQuery } from '@tanstack/react-query';
import { rolesQuery } from '@/api/queries';
import type { Permission } from '@/api/types';
import { useOrganization } from '@/app/scope';
import { type Column, DataTable } from '@/components/DataTable';
import form from '@/components/Form.module.css';
import { Icon } from '@/components/Icon';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { ErrorPanel, ListSkeleton } from '@/components/Status';
import { settingsText } from '@/text/settings';

/** Permission by role, as one table. */
export function RolesPage() {
  const { organization } = useOrganization();
  const roles = useQuery(rolesQuery(organization));
  useTitle(settingsText.rolesTitle, organization);
  const permissions = [...new Set((roles.data ?? []).flatMap((role) => role.permissions))];
  const columns: Column<Permission>[] = [
    { key: 'permission', title: settingsText.permission, cell: (permission) => <code>{permission}</code> },
    ...(roles.data ?? []).map(
      (role): Column<Permission> => ({
        key: role.key,
        title: role.name || role.key,
        cell: (permission) =>
          role.permissions.includes(permission) ? (
            <Icon name="check" label={settingsText.has} />
          ) : (
            <span className={form.muted}>
              <span aria-hidden="true">–</span>
              <span className={form.unseen}>{settingsText.hasNot}</span>
            </span>
          ),
      }),
    ),
  ];
  return (
    <>
      <PageHeader title={settingsText.rolesTitle} text={settingsText.rolesText} />
      {roles.isPending && <ListSkeleton rows={6} />}
      {roles.isError && (
        <ErrorPanel error={roles.error} what={settingsText.rolesWhat} retry={() => void roles.refetch()} />
      )}
      {roles.data && (
        <DataTable
          caption={settingsText.rolesTitle}
          columns={columns}
          rows={permissions}
          rowKey={(permission) => permission}
        />
      )}
    </>
  );
}
