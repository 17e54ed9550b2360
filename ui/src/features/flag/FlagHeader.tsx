import { ActionIcon, Menu } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import type { FlagEnvironment } from '@/api/types';
import { CopyButton } from '@/components/CopyButton';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { usePlan } from '@/features/plan';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { InlineEdit } from './InlineEdit';
import { ProfileNote } from './ProfileNote';
import { useFlag } from './useFlag';

/** Who this flag is; name, description, owner and tags are edited in their place. */
export function FlagHeader({ entry }: { entry: FlagEnvironment | undefined }) {
  const { detail, scope, root } = useFlag();
  const { openPlan } = usePlan();
  const navigate = useNavigate();
  const { flag } = detail;
  const mayEdit = scope.can('flag.edit');
  const save = async (patch: Record<string, unknown>, what: string) => {
    await openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [{ flag: { edit: { flag: flag.key, patch } } }],
      base: { [flag.id]: flag.revision },
      title: t.changing(flag.key, what),
    });
  };
  const why = () =>
    void navigate({
      to: '/o/$org/p/$project/tester',
      params: { org: scope.organization, project: scope.project },
      search: { flag: flag.key, ...(entry ? { env: entry.environment.key } : {}) },
    });
  const copyLink = () => void navigator.clipboard?.writeText(window.location.href).catch(() => undefined);
  return (
    <header className={classes.header}>
      <div className={classes.headerMain}>
        <h1 className={classes.title}>
          <span className={classes.key}>{flag.key}</span>
          <CopyButton value={flag.key} what={t.keyNamed(flag.key)} />
          {entry && <EnvironmentBadge environment={entry.environment} long />}
        </h1>
        <div className={classes.meta}>
          <InlineEdit
            label={t.name}
            value={flag.name}
            empty={t.addName}
            allowed={mayEdit}
            onSave={(name) => save({ name }, t.name)}
          />
          <span>{t.kinds[flag.kind]}</span>
          {flag.purpose && <span>{t.purposes[flag.purpose]}</span>}
          <InlineEdit
            label={t.tags}
            value={flag.tags.join(' ')}
            shown={flag.tags.map((tag) => `#${tag}`).join(' ')}
            empty={t.addTags}
            allowed={mayEdit}
            onSave={(text) => save({ tags: readTags(text) }, t.tags)}
          />
          <InlineEdit
            label={t.owner}
            value={flag.owner ?? ''}
            empty={t.addOwner}
            allowed={mayEdit}
            onSave={(owner) => save({ owner: owner === '' ? null : owner }, t.owner)}
          />
          {flag.profile !== 'native' && <ProfileNote profile={flag.profile} />}
        </div>
        <InlineEdit
          label={t.description}
          value={flag.description}
          empty={t.addDescription}
          allowed={mayEdit}
          long
          onSave={(description) => save({ description }, t.description)}
        />
      </div>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t.moreFor(flag.key)}>
            <Icon name="dots" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={copyLink}>{t.copyLink}</Menu.Item>
          <Menu.Item component={Link} to={`${root}/compare`}>
            {t.compare}
          </Menu.Item>
          <Menu.Item onClick={why}>{t.why}</Menu.Item>
          <Menu.Item component={Link} to={`${root}/settings`}>
            {flag.archived_at ? t.restoreFlag : t.archiveFlag}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </header>
  );
}

export function readTags(text: string): string[] {
  return [...new Set(text.split(/[\s,#]+/).filter(Boolean))];
}
