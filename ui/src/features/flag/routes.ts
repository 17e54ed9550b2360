import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '@/app/routes.base';
import { optionalNumber, optionalString } from '@/app/search';

const flagRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'flags/$flag',
  component: lazyRouteComponent(() => import('./FlagLayout'), 'FlagLayout'),
});

const overviewRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./FlagOverviewPage'), 'FlagOverviewPage'),
});

const environmentRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: 'e/$env',
  component: lazyRouteComponent(() => import('./FlagEnvironmentPage'), 'FlagEnvironmentPage'),
});

const variantsRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: 'variants',
  component: lazyRouteComponent(() => import('./FlagVariantsPage'), 'FlagVariantsPage'),
});

const usageRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: 'usage',
  component: lazyRouteComponent(() => import('./FlagUsagePage'), 'FlagUsagePage'),
});

const historyRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: 'history',
  validateSearch: (search: Record<string, unknown>): { env?: string; rev?: number; vs?: number } => ({
    env: optionalString(search.env),
    rev: optionalNumber(search.rev),
    vs: optionalNumber(search.vs),
  }),
  component: lazyRouteComponent(() => import('./FlagHistoryPage'), 'FlagHistoryPage'),
});

const settingsRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('./FlagSettingsPage'), 'FlagSettingsPage'),
});

const atRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: 'at/$revision',
  component: lazyRouteComponent(() => import('./FlagAtPage'), 'FlagAtPage'),
});

const compareRoute = createRoute({
  getParentRoute: () => flagRoute,
  path: 'compare',
  validateSearch: (search: Record<string, unknown>): { a?: string; b?: string } => ({
    a: optionalString(search.a),
    b: optionalString(search.b),
  }),
  component: lazyRouteComponent(() => import('./FlagComparePage'), 'FlagComparePage'),
});

export const flagRoutes = flagRoute.addChildren([
  overviewRoute,
  environmentRoute,
  variantsRoute,
  usageRoute,
  historyRoute,
  settingsRoute,
  atRoute,
  compareRoute,
]);
