import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { activityRoute } from '@/features/activity/routes';
import { calendarRoute } from '@/features/calendar/routes';
import { flagRoutes } from '@/features/flag/routes';
import { readListSearch } from '@/features/flags/search';
import { historyRoute } from '@/features/history/routes';
import { HomePage } from '@/features/projects/HomePage';
import { segmentRoute, segmentsRoute } from '@/features/segments/routes';
import { testerRoute } from '@/features/tester/routes';
import { organizationRoute, projectRoute, rootRoute, sessionRoute } from './routes.base';
import { optionalString } from './search';

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: 'login',
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({
    next: optionalString(search.next),
  }),
  component: lazyRouteComponent(() => import('@/features/auth/LoginPage'), 'LoginPage'),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: 'setup',
  validateSearch: (search: Record<string, unknown>): { token?: string } => ({
    token: optionalString(search.token),
  }),
  component: lazyRouteComponent(() => import('@/features/auth/SetupPage'), 'SetupPage'),
});

const homeRoute = createRoute({ getParentRoute: () => sessionRoute, path: '/', component: HomePage });

const startRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: 'start',
  component: lazyRouteComponent(() => import('@/features/start/StartRedirect'), 'StartRedirect'),
});

const projectStartRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'start',
  component: lazyRouteComponent(() => import('@/features/start/StartPage'), 'StartPage'),
});

const accountRoute = createRoute({
  getParentRoute: () => sessionRoute,
  path: 'account',
  component: lazyRouteComponent(() => import('@/features/settings/AccountPage'), 'AccountPage'),
});

const projectsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/',
  component: lazyRouteComponent(() => import('@/features/projects/ProjectsPage'), 'ProjectsPage'),
});

const membersRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'members',
  component: lazyRouteComponent(() => import('@/features/members/MembersPage'), 'MembersPage'),
});

const rolesRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'roles',
  component: lazyRouteComponent(() => import('@/features/members/RolesPage'), 'RolesPage'),
});

const auditRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: 'audit',
  validateSearch: (
    search: Record<string, unknown>,
  ): { q?: string; actor?: string; from?: string; to?: string; cursor?: string } => ({
    q: optionalString(search.q),
    actor: optionalString(search.actor),
    from: optionalString(search.from),
    to: optionalString(search.to),
    cursor: optionalString(search.cursor),
  }),
  component: lazyRouteComponent(() => import('@/features/audit/AuditPage'), 'AuditPage'),
});

const flagsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'flags',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('@/features/flags/FlagsPage'), 'FlagsPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'settings/{-$section}',
  component: lazyRouteComponent(
    () => import('@/features/settings/ProjectSettingsPage'),
    'ProjectSettingsPage',
  ),
});

export const routeTree = rootRoute.addChildren([
  loginRoute,
  setupRoute,
  sessionRoute.addChildren([
    homeRoute,
    startRoute,
    accountRoute,
    organizationRoute.addChildren([
      projectsRoute,
      membersRoute,
      rolesRoute,
      auditRoute,
      projectRoute.addChildren([
        projectStartRoute,
        flagsRoute,
        flagRoutes,
        segmentsRoute,
        segmentRoute,
        testerRoute,
        calendarRoute,
        activityRoute,
        historyRoute,
        settingsRoute,
      ]),
    ]),
  ]),
]);
