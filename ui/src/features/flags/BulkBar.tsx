import { ActionIcon, Button, Menu, Popover, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Change, FlagListItem } from '@/api/types';
import { useConnected } from '@/app/live';
import { useEnvironments, useScope } from '@/app/scope';
import { announce } from '@/components/announce';
import { GuardedButton } from '@/components/GuardedButton';
import { Icon } from '@/components/Icon';
import { usePlan } from '@/features/plan';
import { flagsText } from '@/text/flags';
import { planText } from '@/text/plan';
import classes from './Flags.module.css';
import { bulkLimit } from './useFlagList';

interface BulkBarProps {
  items: FlagListItem[];
  total: number;
  onSelectAll: () => Promise<void>;
  onClear: () => void;
}

/** Each flag stands in one change of a batch. */
function flagOf(change: Change): string {
  if ('flag' in change && 'edit' in change.flag) return change.flag.edit.flag;
  if ('flag' in change && 'archive' in change.flag) return change.flag.archive.flag;
  if ('config' in change && 'switch' in change.config) return change.config.switch.flag;
  return '';
}

const words = (text: string) =>
  text
    .split(/[,\n]/)
    .map((word) => word.trim().replace(/^#/, ''))
    .filter(Boolean);

/** Acts on many flags: one plan, one transaction, one entry in the history. */
export function BulkBar({ items, total, onSelectAll, onClear }: BulkBarProps) {
  const { organization, project, can } = useScope();
  const environments = useEnvironments();
  const connected = useConnected();
  const { openPlan } = usePlan();
  const [busy, setBusy] = useState(false);
  const send = async (what: string, changes: Change[], environment?: string) => {
    if (changes.length === 0) {
      announce(flagsText.nothingToDo);
      return;
    }
    const result = await openPlan({
      organization,
      project,
      environment,
      changes,
      title: flagsText.bulkTitle(what, changes.length),
      direct: false,
      parts: changes.map((change) => ({ key: flagOf(change), title: flagOf(change), lines: [] })),
      without: (left) => ({ changes: changes.filter((change) => !left.has(flagOf(change))) }),
    });
    if (result.outcome !== 'cancelled') onClear();
  };
  const guard = (permission: 'flag.edit' | 'flag.switch' | 'flag.archive') => ({
    allowed: can(permission) && connected,
    permission,
    reason: connected ? undefined : planText.disconnected,
    size: 'xs' as const,
    variant: 'default',
  });
  const edit = (item: FlagListItem, patch: Record<string, unknown>): Change => ({
    flag: { edit: { flag: item.key, patch } },
  });
  return (
    <section className={classes.bulk} aria-label={flagsText.bulk}>
      <span role="status">{flagsText.selected(items.length)}</span>
      <TagsButton
        guard={guard('flag.edit')}
        onSubmit={(add, remove) =>
          void send(
            flagsText.bulkTags,
            items.flatMap((item) => {
              const tags = [...new Set([...item.tags, ...add])].filter((tag) => !remove.includes(tag));
              return tags.join() === item.tags.join() ? [] : [edit(item, { tags })];
            }),
          )
        }
      />
      <OwnerButton
        guard={guard('flag.edit')}
        onSubmit={(owner) =>
          void send(
            flagsText.bulkOwner,
            items.filter((item) => (item.owner ?? null) !== owner).map((item) => edit(item, { owner })),
          )
        }
      />
      {guard('flag.switch').allowed ? (
        <Menu position="top-start" width={260}>
          <Menu.Target>
            <Button size="xs" variant="default">
              {flagsText.bulkSwitch}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            {environments.flatMap((environment) =>
              [false, true].map((on) => (
                <Menu.Item
                  key={`${environment.key} ${on}`}
                  leftSection={environment.protected ? <Icon name="lock" /> : <Icon name="flag" />}
                  onClick={() =>
                    void send(
                      on ? flagsText.bulkOn(environment.key) : flagsText.bulkOff(environment.key),
                      items.map((item) => ({
                        config: { switch: { flag: item.key, environment: environment.key, on } },
                      })),
                      environment.key,
                    )
                  }
                >
                  {on ? flagsText.bulkOn(environment.key) : flagsText.bulkOff(environment.key)}
                </Menu.Item>
              )),
            )}
          </Menu.Dropdown>
        </Menu>
      ) : (
        <GuardedButton {...guard('flag.switch')}>{flagsText.bulkSwitch}</GuardedButton>
      )}
      <GuardedButton
        {...guard('flag.archive')}
        onClick={() =>
          void send(
            flagsText.bulkArchive,
            items.filter((item) => !item.archived).map((item) => ({ flag: { archive: { flag: item.key } } })),
          )
        }
      >
        {flagsText.bulkArchive}
      </GuardedButton>
      {total > items.length &&
        (total <= bulkLimit ? (
          <Button
            size="xs"
            variant="subtle"
            loading={busy}
            onClick={() => {
              setBusy(true);
              void onSelectAll().finally(() => setBusy(false));
            }}
          >
            {flagsText.selectAll(total)}
          </Button>
        ) : (
          <span className={classes.muted}>{flagsText.selectTooMany(total)}</span>
        ))}
      <ActionIcon aria-label={flagsText.clearSelection} onClick={onClear} className={classes.bulkClear}>
        <Icon name="close" />
      </ActionIcon>
    </section>
  );
}

interface FormButtonProps {
  guard: { allowed: boolean; permission: string; reason?: string; size: 'xs'; variant: string };
}

function TagsButton({
  guard,
  onSubmit,
}: FormButtonProps & { onSubmit: (add: string[], remove: string[]) => void }) {
  const [opened, setOpened] = useState(false);
  const [add, setAdd] = useState('');
  const [remove, setRemove] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setOpened(false);
    onSubmit(words(add), words(remove));
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="top-start" width={280} trapFocus>
      <Popover.Target>
        <GuardedButton {...guard} onClick={() => setOpened(!opened)}>
          {flagsText.bulkTags}
        </GuardedButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={flagsText.bulkTags}>
        <form className={classes.killForm} onSubmit={submit}>
          <TextInput
            data-autofocus
            label={flagsText.tagsAdd}
            description={flagsText.tagsHelp}
            value={add}
            onChange={(event) => setAdd(event.currentTarget.value)}
          />
          <TextInput
            label={flagsText.tagsRemove}
            description={flagsText.tagsHelp}
            value={remove}
            onChange={(event) => setRemove(event.currentTarget.value)}
          />
          <Button type="submit">{flagsText.reviewPlan}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

function OwnerButton({ guard, onSubmit }: FormButtonProps & { onSubmit: (owner: string | null) => void }) {
  const [opened, setOpened] = useState(false);
  const [owner, setOwner] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setOpened(false);
    onSubmit(owner.trim() || null);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="top-start" width={280} trapFocus>
      <Popover.Target>
        <GuardedButton {...guard} onClick={() => setOpened(!opened)}>
          {flagsText.bulkOwner}
        </GuardedButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={flagsText.bulkOwner}>
        <form className={classes.killForm} onSubmit={submit}>
          <TextInput
            data-autofocus
            label={flagsText.ownerLabel}
            description={flagsText.ownerHelp}
            value={owner}
            onChange={(event) => setOwner(event.currentTarget.value)}
          />
          <Button type="submit">{flagsText.reviewPlan}</Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
