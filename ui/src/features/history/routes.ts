import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '@/app/routes.base';
import { optionalNumber, optionalString } from '@/app/search';

export const historyRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'history',
  validateSearch: (
    search: Record<string, unknown>,
  ): {
    q?: string;
    env?: string;
    actor?: string;
    flag?: string;
    segment?: string;
    from?: string;
    to?: string;
    cursor?: string;
    rev?: number;
    vs?: number;
  } => ({
    q: optionalString(search.q),
    env: optionalString(search.env),
    actor: optionalString(search.actor),
    flag: optionalString(search.flag),
    segment: optionalString(search.segment),
    from: optionalString(search.from),
    to: optionalString(search.to),
    cursor: optionalString(search.cursor),
    rev: optionalNumber(search.rev),
    vs: optionalNumber(search.vs),
  }),
  component: lazyRouteComponent(() => import('./HistoryPage'), 'HistoryPage'),
});
