import { NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Change, Purpose } from '@/api/types';
import { CopyButton } from '@/components/CopyButton';
import { GuardedButton } from '@/components/GuardedButton';
import { Note } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { sameJson } from '@/features/rules/wire';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { readTags } from './FlagHeader';
import { flagAddress, useFlag } from './useFlag';

const purposes: (Purpose | '')[] = ['', 'release', 'experiment', 'operational', 'permission'];

/** What the flag is called, who owns it, who may see it, and its end. */
export function FlagSettingsPage() {
  const { detail, scope } = useFlag();
  const { openPlan } = usePlan();
  const { flag } = detail;
  const start = {
    name: flag.name,
    description: flag.description,
    owner: flag.owner ?? '',
    tags: flag.tags.join(' '),
    purpose: flag.purpose ?? '',
    client_visible: flag.client_visible,
  };
  const [form, setForm] = useState(start);
  const set = (patch: Partial<typeof start>) => setForm({ ...form, ...patch });
  const dirty = !sameJson(form, start);
  const allowed = scope.can('flag.edit') && !flag.archived_at;
  const patch: Record<string, unknown> = {};
  if (form.name !== start.name) patch.name = form.name;
  if (form.description !== start.description) patch.description = form.description;
  if (form.owner !== start.owner) patch.owner = form.owner === '' ? null : form.owner;
  if (form.tags !== start.tags) patch.tags = readTags(form.tags);
  if (form.purpose !== start.purpose) patch.purpose = form.purpose === '' ? null : form.purpose;
  if (form.client_visible !== start.client_visible) patch.client_visible = form.client_visible;
  return (
    <div className={classes.main}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!dirty) return;
          void openPlan({
            organization: scope.organization,
            project: scope.project,
            changes: [{ flag: { edit: { flag: flag.key, patch } } }],
            base: { [flag.id]: flag.revision },
            title: t.changing(flag.key, t.settings),
          });
        }}
      >
        <p>
          {t.key}: <span className={classes.key}>{flag.key}</span>{' '}
          <CopyButton value={flag.key} what={t.keyNamed(flag.key)} />
          <span className={classes.muted}> {t.keyFixed}</span>
        </p>
        <TextInput
          label={t.name}
          value={form.name}
          disabled={!allowed}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Textarea
          label={t.description}
          autosize
          minRows={2}
          value={form.description}
          disabled={!allowed}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
        <TextInput
          label={t.owner}
          value={form.owner}
          disabled={!allowed}
          onChange={(event) => set({ owner: event.currentTarget.value })}
        />
        <TextInput
          label={t.tags}
          description={t.tagsHelp}
          value={form.tags}
          disabled={!allowed}
          onChange={(event) => set({ tags: event.currentTarget.value })}
        />
        <NativeSelect
          label={t.purpose}
          value={form.purpose}
          disabled={!allowed}
          data={purposes.map((value) => ({ value, label: value === '' ? t.noPurpose : t.purposes[value] }))}
          onChange={(event) => set({ purpose: event.currentTarget.value as Purpose | '' })}
        />
        <Switch
          label={t.clientVisible}
          description={t.clientVisibleHelp}
          checked={form.client_visible}
          disabled={!allowed}
          onChange={(event) => set({ client_visible: event.currentTarget.checked })}
        />
        <div className={classes.buttons}>
          <GuardedButton
            allowed={allowed && dirty}
            {...(allowed ? { reason: t.nothingEdited } : { permission: 'flag.edit' })}
            type="submit"
          >
            {t.review}
          </GuardedButton>
        </div>
      </form>
      <End />
    </div>
  );
}

/** Archive, restore, delete: with what still needs the flag. */
function End() {
  const { detail, scope, projectRoot } = useFlag();
  const { openPlan } = usePlan();
  const navigate = useNavigate();
  const { flag, needed_by } = detail;
  const archived = Boolean(flag.archived_at);
  const on = detail.environments.filter((entry) => entry.state !== 'off');
  const act = async (change: Change, title: string) =>
    openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [change],
      base: { [flag.id]: flag.revision },
      title,
    });
  return (
    <section className={classes.end} aria-labelledby="end-title">
      <h2 id="end-title" className={classes.sectionTitle}>
        {archived ? t.archivedTitle : t.archiveTitle}
      </h2>
      <p className={classes.muted}>{archived ? t.archivedHelp : t.archiveHelp}</p>
      {needed_by.length > 0 && (
        <Note tone="warn">
          {t.neededBy}:{' '}
          {needed_by.map((item) => (
            <span key={item.flag + item.environment} className={classes.relation}>
              <Link to={flagAddress(projectRoot, item.flag)}>{item.flag}</Link> ({item.environment})
            </span>
          ))}
        </Note>
      )}
      {!archived && on.length > 0 && (
        <Note tone="warn">
          {t.stillServed(
            on
              .map((entry) => `${entry.environment.key} (${entry.summary || t.states[entry.state]})`)
              .join(', '),
          )}
        </Note>
      )}
      <div className={classes.buttonsStart}>
        {archived ? (
          <>
            <GuardedButton
              allowed={scope.can('flag.archive')}
              permission="flag.archive"
              variant="default"
              onClick={() => void act({ flag: { restore: { flag: flag.key } } }, t.restoring(flag.key, ''))}
            >
              {t.restoreFlag}
            </GuardedButton>
            <GuardedButton
              allowed={scope.can('flag.delete') && needed_by.length === 0}
              {...(needed_by.length > 0 ? { reason: t.deleteBlocked } : { permission: 'flag.delete' })}
              variant="default"
              onClick={() =>
                void act({ flag: { delete: { flag: flag.key } } }, t.deleting(flag.key)).then((result) => {
                  if (result.outcome === 'applied') void navigate({ to: `${projectRoot}/flags` });
                })
              }
            >
              {t.deleteFlag}
            </GuardedButton>
          </>
        ) : (
          <GuardedButton
            allowed={scope.can('flag.archive')}
            permission="flag.archive"
            variant="default"
            onClick={() => void act({ flag: { archive: { flag: flag.key } } }, t.archiving(flag.key))}
          >
            {t.archiveFlag}
          </GuardedButton>
        )}
      </div>
    </section>
  );
}
