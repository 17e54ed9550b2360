/** What an address is made of. */
export interface Place {
  org: string;
  project: string;
  flag: string;
  env: string;
  segment: string;
  revision: number;
}

type Make = (place: Place) => string[];

const project = ({ org, project: key }: Place) => `/o/${org}/p/${key}`;
const flag = (place: Place) => `${project(place)}/flags/${place.flag}`;

/**
 * Every route of the console with addresses that show it. A unit test compares this table with the router, and
 * the accessibility tests walk it: a new route without its line here fails.
 */
export const addresses: Record<string, Make> = {
  '/login': () => ['/login'],
  '/setup': () => ['/setup?token=abc'],
  '/': () => ['/'],
  '/start': () => ['/start'],
  '/account': () => ['/account'],
  '/o/$org': ({ org }) => [`/o/${org}`],
  '/o/$org/members': ({ org }) => [`/o/${org}/members`],
  '/o/$org/roles': ({ org }) => [`/o/${org}/roles`],
  '/o/$org/audit': ({ org }) => [`/o/${org}/audit`],
  '/o/$org/p/$project/start': (place) => [`${project(place)}/start`],
  '/o/$org/p/$project/flags': (place) => [
    `${project(place)}/flags`,
    `${project(place)}/flags?q=tag:nowhere stauts:on`,
  ],
  '/o/$org/p/$project/flags/$flag': (place) => [flag(place)],
  '/o/$org/p/$project/flags/$flag/e/$env': (place) => [
    `${flag(place)}/e/${place.env}`,
    `${flag(place)}/e/${place.env}#rule-beta`,
  ],
  '/o/$org/p/$project/flags/$flag/variants': (place) => [`${flag(place)}/variants`],
  '/o/$org/p/$project/flags/$flag/usage': (place) => [`${flag(place)}/usage`],
  '/o/$org/p/$project/flags/$flag/history': (place) => [`${flag(place)}/history`],
  '/o/$org/p/$project/flags/$flag/settings': (place) => [`${flag(place)}/settings`],
  '/o/$org/p/$project/flags/$flag/at/$revision': (place) => [`${flag(place)}/at/${place.revision}`],
  '/o/$org/p/$project/flags/$flag/compare': (place) => [`${flag(place)}/compare?a=dev&b=prod`],
  '/o/$org/p/$project/segments': (place) => [`${project(place)}/segments`],
  '/o/$org/p/$project/segments/$segment/{-$tab}': (place) =>
    ['definition', 'members', 'used-by', 'history'].map(
      (tab) => `${project(place)}/segments/${place.segment}/${tab}`,
    ),
  '/o/$org/p/$project/tester': (place) => [
    `${project(place)}/tester?env=${place.env}`,
    `${project(place)}/tester?flag=${place.flag}&env=${place.env}`,
  ],
  '/o/$org/p/$project/calendar': (place) => [
    `${project(place)}/calendar?env=${place.env}`,
    `${project(place)}/calendar?env=${place.env}&view=month`,
  ],
  '/o/$org/p/$project/activity': (place) => [
    `${project(place)}/activity`,
    `${project(place)}/activity?who=mine&env=${place.env}`,
  ],
  '/o/$org/p/$project/history': (place) => [`${project(place)}/history`],
  '/o/$org/p/$project/settings/{-$section}': (place) =>
    ['general', 'environments', 'credentials', 'import-export'].map(
      (section) => `${project(place)}/settings/${section}`,
    ),
};

/** Routes that need neither a session nor a project. */
export const outside = ['/login', '/setup'];

/** Routes about one flag or one segment. */
export const ofOne = (route: string) => route.includes('$flag') || route.includes('$segment');
