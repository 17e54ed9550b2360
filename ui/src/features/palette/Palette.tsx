import { TextInput, useMantineColorScheme } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type KeyboardEvent, lazy, Suspense, useEffect, useId, useState } from 'react';
import { sessionQuery } from '@/api/queries';
import { useEnvironments, useScope } from '@/app/scope';
import { Dialog } from '@/components/Dialog';
import { Icon } from '@/components/Icon';
import { useToasts } from '@/components/Toasts';
import { KillForm } from '@/features/flags/KillForm';
import { usePlan } from '@/features/plan';
import { flagsText } from '@/text/flags';
import { paletteText as t } from '@/text/palette';
import {
  type Act,
  actsOf,
  type Entry,
  environmentsOf,
  flagEntry,
  type Group,
  pagesOf,
  projectsOf,
} from './entries';
import classes from './Palette.module.css';
import { ask, ranked } from './rank';
import { useFound } from './useFound';

const NewFlagDialog = lazy(async () => ({
  default: (await import('@/features/flags/NewFlagDialog')).NewFlagDialog,
}));

/** What asks for more before there is a plan. */
type Form = Extract<Act, { kind: 'kill' } | { kind: 'create' }>;
const mostActs = 12;
const textsOf = ({ code, text, detail }: Entry) => [code ?? text, text, detail ?? ''];

/** Goes anywhere and begins any frequent act, by keyboard alone. An act opens its plan; nothing is done from here. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [started, setStarted] = useState<Form>();
  if (started?.kind === 'create') {
    return (
      <Suspense>
        <NewFlagDialog onClose={onClose} startName={started.name} />
      </Suspense>
    );
  }
  if (started) {
    const { flag, environment } = started;
    return (
      <Dialog onClose={onClose} title={flagsText.killTitle(flag, environment)} size={480}>
        <KillForm
          flag={flag}
          environment={environment}
          onSend={onClose}
          onDone={onClose}
          onCancel={onClose}
        />
      </Dialog>
    );
  }
  return <Search onClose={onClose} onStart={setStarted} />;
}

interface SearchProps {
  onClose: () => void;
  onStart: (act: Form) => void;
}

/** What is offered for a text. */
function useGroups(text: string): { groups: [Group, Entry[]][]; busy: boolean; failed: boolean } {
  const { org, project, flag } = useParams({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const environments = useEnvironments();
  const { can } = useScope();
  const place = { session, organization: org, project, flag, environments, can };
  const asked = ask(
    text,
    environments.map(({ key }) => key),
  );
  const { flags, segments, busy, failed } = useFound(org ?? '', project, asked.words);
  const fitting = (entries: Entry[]) => ranked(entries, textsOf, asked.words);
  const acts = actsOf(asked, flags, place).slice(0, mostActs);
  if (asked.actsOnly) {
    const all = asked.verbs.length > 0 ? acts : [];
    return { groups: [['acts', all]], busy, failed };
  }
  const base = `/o/${org}/p/${project}`;
  const named = asked.words !== '';
  const places: [Group, Entry[]][] = [
    ['flags', flags.map((item) => flagEntry(item, base))],
    [
      'segments',
      segments.map(({ key, name }) => ({
        id: `segment ${key}`,
        code: key,
        text: name === key ? '' : name,
        to: `${base}/segments/${encodeURIComponent(key)}`,
      })),
    ],
    ['environments', named ? fitting(environmentsOf(place)) : []],
    ['projects', fitting(projectsOf(place)).slice(0, 8)],
    ['pages', fitting(pagesOf(place))],
  ];
  // A verb that was written out comes first; one that is only begun comes last.
  const written = asked.verbs.length === 1 && text.trim() !== asked.words;
  return { groups: written ? [['acts', acts], ...places] : [...places, ['acts', acts]], busy, failed };
}

function Search({ onClose, onStart }: SearchProps) {
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState<string>();
  const navigate = useNavigate();
  const { groups, busy, failed } = useGroups(text);
  const run = useRun(onClose, onStart);
  const listId = useId();
  const shown = groups.filter(([, entries]) => entries.length > 0);
  const all = shown.flatMap(([, entries]) => entries);
  // The first that can be chosen, until the arrows say otherwise.
  const chosen =
    all.find(({ id }) => id === wanted) ?? all.find(({ blocked }) => blocked === undefined) ?? all[0];
  const idOf = (entry: Entry) => `${listId}${all.indexOf(entry)}`;
  const activeId = chosen && idOf(chosen);
  useEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [activeId]);
  const choose = (entry: Entry | undefined) => {
    if (!entry || entry.blocked !== undefined) return;
    if (entry.act) run(entry.act);
    else if (entry.to) {
      onClose();
      void navigate({ to: entry.to, search: entry.search ?? {} });
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.nativeEvent.isComposing || (step === 0 && event.key !== 'Enter')) return;
    event.preventDefault();
    if (event.key === 'Enter') choose(chosen);
    else if (chosen) setWanted(all.at((all.indexOf(chosen) + step) % all.length)?.id);
  };
  return (
    <Dialog
      onClose={onClose}
      withCloseButton={false}
      size={600}
      padding={8}
      title={t.title}
      classNames={{ header: classes.header }}
    >
      <TextInput
        data-autofocus
        role="combobox"
        className={classes.field}
        aria-expanded
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={activeId}
        aria-label={t.hint}
        placeholder={t.placeholder}
        leftSection={<Icon name="search" />}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setWanted(undefined);
        }}
      />
      <div id={listId} role="listbox" aria-label={t.title} className={classes.options}>
        {shown.map(([group, entries]) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options
          <div key={group} role="group" aria-label={t.groups[group]}>
            <p className={classes.group} aria-hidden="true">
              {t.groups[group]}
            </p>
            {entries.map((entry) => (
              // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus and names the active option
              // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the field
              <div
                key={entry.id}
                id={idOf(entry)}
                role="option"
                aria-selected={entry === chosen}
                aria-disabled={entry.blocked !== undefined || undefined}
                className={classes.option}
                onClick={() => choose(entry)}
              >
                {entry.code && <code>{entry.code}</code>} <span>{entry.text}</span>
                {(entry.blocked ?? entry.detail) && (
                  <span className={classes.detail}>{entry.blocked ?? entry.detail}</span>
                )}
              </div>
            ))}
          </div>
        ))}
      </div>
      <p className={classes.foot}>
        <span role="status">{busy ? '' : t.results(all.length)}</span>
        <span>{failed ? t.failed : t.keys}</span>
      </p>
    </Dialog>
  );
}

/** Begins an act: its plan, its form, or at once where nothing that is served changes. */
function useRun(onClose: () => void, onStart: SearchProps['onStart']): (act: Act) => void {
  const { organization, project } = useScope();
  const { openPlan } = usePlan();
  const { show } = useToasts();
  const { setColorScheme } = useMantineColorScheme();
  return (act) => {
    if (act.kind === 'kill' || act.kind === 'create') {
      onStart(act);
      return;
    }
    onClose();
    switch (act.kind) {
      case 'theme':
        setColorScheme(act.scheme);
        return;
      case 'copy':
        void navigator.clipboard?.writeText(act.flag).then(() => show({ text: t.copied(act.flag) }));
        return;
      case 'restore':
      case 'switch': {
        const { flag, environment } = act;
        const on = act.kind === 'switch' && act.on;
        void openPlan({
          organization,
          project,
          environment,
          changes: [
            act.kind === 'switch'
              ? { config: { switch: { flag, environment, on } } }
              : { config: { lift: { flag, environments: [environment] } } },
          ],
          title:
            act.kind === 'switch'
              ? flagsText.switchTitle(flag, environment, on)
              : flagsText.liftTitle(flag, environment),
          direct: false,
        });
      }
    }
  };
}
