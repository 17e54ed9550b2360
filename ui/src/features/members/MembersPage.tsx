import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { membersQuery, rolesQuery, sessionQuery } from '@/api/queries';
import type { Member, Role } from '@/api/types';
import { useOrganization } from '@/app/scope';
import { type Column, DataTable } from '@/components/DataTable';
import { Dialog } from '@/components/Dialog';
import { Email } from '@/components/Email';
import form from '@/components/Form.module.css';
import { looksLikeEmail, problemAt } from '@/components/formErrors';
import { GuardedButton } from '@/components/GuardedButton';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { SecretDialog } from '@/components/SecretDialog';
import { ErrorPanel, ListSkeleton } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { useSecretForm } from '@/features/plan/useSecretForm';
import { common } from '@/text/common';
import { settingsText } from '@/text/settings';

const nameOf = (member: Member) => member.user.name || member.user.email;
const noRoles: Role[] = [];

export function MembersPage() {
  const { organization, can } = useOrganization();
  const { data: session } = useQuery(sessionQuery);
  const members = useQuery(membersQuery(organization));
  const { data: roles = noRoles } = useQuery(rolesQuery(organization));
  const { openPlan } = usePlan();
  const [adding, setAdding] = useState(false);
  const may = can('member.manage');
  useTitle(settingsText.membersTitle, organization);

  const setRole = (member: Member, role: string) =>
    openPlan({
      organization,
      changes: [{ member: { edit: { member: member.id, role } } }],
      base: { [member.id]: member.revision },
      title: settingsText.roleTitle(nameOf(member)),
      done: settingsText.roleDone(nameOf(member), roles.find((each) => each.key === role)?.name ?? role),
    });
  const remove = (member: Member) =>
    openPlan({
      organization,
      changes: [{ member: { remove: { member: member.id } } }],
      title: settingsText.removeTitle(nameOf(member)),
      done: settingsText.removed(nameOf(member)),
      direct: false,
    });

  const columns: Column<Member>[] = [
    {
      key: 'name',
      title: settingsText.name,
      cell: (member) => (
        <>
          <Email>{nameOf(member)}</Email>
          {member.user.id === session?.user.id && <span className={form.muted}> ({settingsText.you})</span>}
        </>
      ),
    },
    { key: 'email', title: settingsText.email, cell: (member) => <Email>{member.user.email}</Email> },
    {
      key: 'role',
      title: settingsText.role,
      cell: (member) =>
        may ? (
          <NativeSelect
            size="xs"
            aria-label={settingsText.roleOf(nameOf(member))}
            value={member.role}
            onChange={(event) => void setRole(member, event.currentTarget.value)}
            data={
              roles.length > 0
                ? roles.map((role) => ({ value: role.key, label: role.name || role.key }))
                : [member.role]
            }
          />
        ) : (
          (roles.find((role) => role.key === member.role)?.name ?? member.role)
        ),
    },
    {
      key: 'actions',
      title: settingsText.actions,
      quiet: true,
      cell: (member) => (
        <GuardedButton
          allowed={may}
          permission="member.manage"
          size="compact-sm"
          variant="default"
          aria-label={`${settingsText.removeMember} ${nameOf(member)}`}
          onClick={() => void remove(member)}
        >
          {settingsText.removeMember}
        </GuardedButton>
      ),
    },
  ];
  return (
    <>
      <PageHeader title={settingsText.membersTitle} text={settingsText.membersText}>
        <GuardedButton allowed={may} permission="member.manage" onClick={() => setAdding(true)}>
          {settingsText.invite}
        </GuardedButton>
      </PageHeader>
      {members.isPending && <ListSkeleton rows={4} />}
      {members.isError && (
        <ErrorPanel
          error={members.error}
          what={settingsText.membersWhat}
          retry={() => void members.refetch()}
        />
      )}
      {members.data && (
        <DataTable
          caption={settingsText.membersTitle}
          columns={columns}
          rows={members.data}
          rowKey={(member) => member.id}
        />
      )}
      {adding && <AddMember roles={roles} onClose={() => setAdding(false)} />}
    </>
  );
}

function AddMember({ roles, onClose }: { roles: Role[]; onClose: () => void }) {
  const { organization } = useOrganization();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState('viewer');

  const { complained, problems, forgetProblems, busy, secret, submit } = useSecretForm(
    looksLikeEmail(email),
    () => ({
      organization,
      changes: [{ member: { add: { email: email.trim(), role, name: name.trim() || undefined } } }],
      title: settingsText.inviteTitle,
      done: settingsText.inviteDone(email.trim()),
    }),
    onClose,
  );

  if (secret !== undefined) {
    return (
      <SecretDialog
        title={settingsText.passwordTitle}
        help={settingsText.passwordHelp}
        name={email}
        secret={secret}
        onClose={onClose}
      />
    );
  }

  return (
    <Dialog onClose={onClose} title={settingsText.inviteTitle} size={480}>
      <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          data-autofocus
          type="email"
          label={settingsText.email}
          value={email}
          error={
            (complained && !looksLikeEmail(email) ? settingsText.emailWrong : undefined) ??
            problemAt(problems, 'email')
          }
          onChange={(event) => {
            forgetProblems();
            setEmail(event.currentTarget.value);
          }}
        />
        <TextInput
          label={settingsText.name}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label={settingsText.role}
          description={roles.find((each) => each.key === role)?.description}
          value={role}
          error={problemAt(problems, 'role')}
          onChange={(event) => setRole(event.currentTarget.value)}
          data={roles.map((each) => ({ value: each.key, label: each.name || each.key }))}
        />
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {settingsText.inviteSubmit}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
