import type { Environment, FlagListItem, Permission, Session } from '@/api/types';
import { writeColumns } from '@/features/flags/columns';
import { common } from '@/text/common';
import { flagsText } from '@/text/flags';
import { frameText } from '@/text/frame';
import { paletteText as t } from '@/text/palette';
import { startText } from '@/text/start';
import { type Asked, ranked, type Verb } from './rank';

export type Scheme = 'light' | 'dark' | 'auto';
export type Act =
  | { kind: 'switch'; flag: string; environment: string; on: boolean }
  | { kind: 'kill'; flag: string; environment: string }
  | { kind: 'restore'; flag: string; environment: string }
  | { kind: 'copy'; flag: string }
  | { kind: 'create'; name: string }
  | { kind: 'theme'; scheme: Scheme };

/** One line of the palette: a place to go to, or something to do. */
export interface Entry {
  id: string;
  text: string;
  /** Drawn as a key. */
  code?: string;
  detail?: string;
  to?: string;
  search?: { cols: string };
  act?: Act;
  /** Why it cannot be chosen. */
  blocked?: string;
}

export type Group = keyof typeof t.groups;

export interface Place {
  session: Session | undefined;
  organization: string | undefined;
  project: string | undefined;
  /** The flag of the page, if it shows one. */
  flag: string | undefined;
  environments: readonly Environment[];
  can: (permission: Permission) => boolean;
}

const page = (text: string, to: string): Entry => ({ id: `page ${to}`, text, to });

/** The pages that one may open from here. A page one may not read is absent. */
export function pagesOf({ organization, project, session, can }: Place): Entry[] {
  const o = `/o/${organization}`;
  const p = `${o}/p/${project}`;
  const ofOrganization = session?.organizations.find((each) => each.key === organization)?.permissions ?? [];
  const settings: [string, string][] = [
    [frameText.settings, 'general'],
    [t.environmentsPage, 'environments'],
    ...(can('credential.view') ? ([[t.credentialsPage, 'credentials']] as [string, string][]) : []),
    [t.importPage, 'import-export'],
  ];
  return [
    ...(organization && project
      ? [
          page(frameText.flags, `${p}/flags`),
          page(frameText.segments, `${p}/segments`),
          page(frameText.tester, `${p}/tester`),
          page(frameText.calendar, `${p}/calendar`),
          page(frameText.activity, `${p}/activity`),
          page(frameText.history, `${p}/history`),
          page(startText.link, `${p}/start`),
          ...settings.map(([text, section]) => page(text, `${p}/settings/${section}`)),
        ]
      : []),
    ...(organization
      ? [
          page(frameText.projects, o),
          ...(ofOrganization.includes('member.view')
            ? [page(frameText.members, `${o}/members`), page(frameText.roles, `${o}/roles`)]
            : []),
          ...(ofOrganization.includes('audit.view') ? [page(frameText.audit, `${o}/audit`)] : []),
        ]
      : []),
    page(frameText.account, '/account'),
  ];
}

export const projectsOf = ({ session, project, organization }: Place): Entry[] =>
  (session?.organizations ?? []).flatMap((each) =>
    each.projects
      .filter(({ key }) => key !== project || each.key !== organization)
      .map(({ key, name }) => ({
        id: `project ${each.key}/${key}`,
        code: key,
        text: name,
        detail: each.name || each.key,
        to: `/o/${each.key}/p/${key}/flags`,
      })),
  );

/** An environment of the flag in sight, or of all flags. */
export const environmentsOf = ({ organization, project, flag, environments }: Place): Entry[] =>
  environments.map((environment) => {
    const flags = `/o/${organization}/p/${project}/flags`;
    return {
      id: `environment ${environment.key}`,
      code: environment.key,
      text: environment.name === environment.key ? '' : environment.name,
      ...(environment.protected ? { detail: common.protectedWord } : {}),
      ...(flag
        ? { to: `${flags}/${encodeURIComponent(flag)}/e/${environment.key}` }
        : {
            to: flags,
            search: { cols: writeColumns({ environments: [environment], others: ['owner', 'changed'] }) },
          }),
    };
  });

const schemes: [Scheme, string][] = [
  ['light', frameText.themeLight],
  ['dark', frameText.themeDark],
  ['auto', frameText.themeSystem],
];

/** What is done to one flag in one environment, where it makes a difference there. */
function inEnvironment(verb: Verb, item: FlagListItem, environment: string): [text: string, act: Act][] {
  const flag = item.key;
  const state = item.environments[environment]?.state;
  const killed = state === 'killed';
  if (verb === 'kill' && !killed) return [[t.kill(flag, environment), { kind: 'kill', flag, environment }]];
  if (verb === 'restore' && killed) {
    return [[t.restore(flag, environment), { kind: 'restore', flag, environment }]];
  }
  if (verb === 'on' && state === 'off') {
    return [[t.turnOn(flag, environment), { kind: 'switch', flag, environment, on: true }]];
  }
  if (verb === 'off' && state !== 'off' && !killed) {
    return [[t.turnOff(flag, environment), { kind: 'switch', flag, environment, on: false }]];
  }
  return [];
}

const permissionOf = (act: Act): Permission | undefined =>
  act.kind === 'create'
    ? 'flag.create'
    : act.kind === 'switch'
      ? 'flag.switch'
      : act.kind === 'kill' || act.kind === 'restore'
        ? 'flag.kill'
        : undefined;

/** What may be done, given what was asked; what one may not do says what it needs. */
export function actsOf(asked: Asked, flags: readonly FlagListItem[], place: Place): Entry[] {
  const environments = place.environments
    .map(({ key }) => key)
    .filter((key) => asked.environment === undefined || key === asked.environment);
  const acts = asked.verbs.flatMap((verb): [string, Act][] => {
    if (verb === 'theme') {
      return ranked(schemes, ([, name]) => [name], asked.words).map(([scheme, name]) => [
        t.theme(name),
        { kind: 'theme', scheme },
      ]);
    }
    if (!place.project) return [];
    if (verb === 'create') return [[t.create(asked.words), { kind: 'create', name: asked.words }]];
    if (verb === 'copy') return flags.map(({ key }) => [t.copy(key), { kind: 'copy', flag: key }]);
    return flags
      .filter(({ archived }) => !archived)
      .flatMap((item) => environments.flatMap((environment) => inEnvironment(verb, item, environment)));
  });
  return acts.map(([text, act]) => {
    const permission = permissionOf(act);
    const allowed = permission === undefined || place.can(permission);
    return { id: `act ${text}`, text, act, ...(allowed ? {} : { blocked: common.needs(permission) }) };
  });
}

export const flagEntry = (item: FlagListItem, base: string): Entry => ({
  id: `flag ${item.key}`,
  code: item.key,
  text: item.name === item.key ? '' : item.name,
  to: `${base}/flags/${encodeURIComponent(item.key)}`,
  ...(item.archived ? { detail: flagsText.archivedMark } : {}),
});
