import { Button, Menu, TextInput } from '@mantine/core';
import { type FormEvent, memo, useState } from 'react';
import type { Environment } from '@/api/types';
import { useScope } from '@/app/scope';
import { Dialog } from '@/components/Dialog';
import form from '@/components/Form.module.css';
import { Icon } from '@/components/Icon';
import { useToasts } from '@/components/Toasts';
import { common } from '@/text/common';
import { flagsText } from '@/text/flags';
import { type SavedView, sameView, useSavedViews } from './savedViews';
import type { ListSearch } from './search';

interface ViewsMenuProps {
  environments: Environment[];
  search: ListSearch;
  /** Shows another view; what it does not say of columns and density stays. */
  onView: (search: ListSearch) => void;
}

function builtIn(environments: Environment[]): [string, ListSearch][] {
  const names = flagsText.viewNames;
  return [
    [names.all, {}],
    [names.mine, { q: 'owner:me' }],
    ...environments
      .filter((environment) => environment.protected)
      .map((environment): [string, ListSearch] => [
        names.on(environment.key),
        { q: `status:on env:${environment.key}` },
      ]),
    [names.ramping, { q: 'status:ramping,paused' }],
    [names.killed, { q: 'status:killed' }],
    [names.week, { q: 'changed:<7d', sort: '-changed' }],
    [names.stale, { q: 'is:stale' }],
    [names.archived, { q: 'is:archived' }],
  ];
}

/** Views of the list: those that are always there, and one's own. Each is a plain address. */
export const ViewsMenu = memo(function ViewsMenu({ environments, search, onView }: ViewsMenuProps) {
  const { organization, project } = useScope();
  const { views, save, remove } = useSavedViews(organization, project);
  const { show } = useToasts();
  const [naming, setNaming] = useState(false);
  const current = views.find(({ name }) => name === search.view);
  const label = current
    ? flagsText.viewNamed(current.name, sameView(current.search, search))
    : flagsText.views;
  const copyLink = () =>
    void navigator.clipboard
      ?.writeText(window.location.href)
      .then(() => show({ text: flagsText.viewCopied }));
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <Button variant="default" rightSection={<Icon name="chevronDown" size={14} />}>
            {label}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.length > 0 && <Menu.Label>{flagsText.viewsOwn}</Menu.Label>}
          {views.map((view) => (
            <Menu.Item key={view.name} onClick={() => onView({ ...view.search, view: view.name })}>
              {view.name}
            </Menu.Item>
          ))}
          {views.length > 0 && <Menu.Divider />}
          {builtIn(environments).map(([name, view]) => (
            <Menu.Item key={name} onClick={() => onView(view)}>
              {name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item leftSection={<Icon name="plus" />} onClick={() => setNaming(true)}>
            {flagsText.viewSave}
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="copy" />} onClick={copyLink}>
            {flagsText.viewCopy}
          </Menu.Item>
          {current && (
            <Menu.Item
              leftSection={<Icon name="trash" />}
              onClick={() => {
                remove(current.name);
                onView({ ...search, view: undefined });
              }}
            >
              {flagsText.viewRemove(current.name)}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {naming && (
        <NameDialog
          start={current?.name ?? ''}
          onClose={() => setNaming(false)}
          onName={(name) => {
            const view: SavedView = { name, search };
            save(view);
            onView({ ...search, view: name });
          }}
        />
      )}
    </>
  );
});

interface NameDialogProps {
  start: string;
  onClose: () => void;
  onName: (name: string) => void;
}

function NameDialog({ start, onClose, onName }: NameDialogProps) {
  const [name, setName] = useState(start);
  const [complained, setComplained] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') {
      setComplained(true);
      return;
    }
    onClose();
    onName(name.trim());
  };
  return (
    <Dialog onClose={onClose} title={flagsText.viewSaveTitle} size="xs">
      <form className={form.form} onSubmit={submit} noValidate>
        <TextInput
          data-autofocus
          label={flagsText.viewName}
          description={flagsText.viewHelp}
          maxLength={60}
          value={name}
          error={complained && name.trim() === '' ? flagsText.viewNameMissing : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit">{common.save}</Button>
        </div>
      </form>
    </Dialog>
  );
}
