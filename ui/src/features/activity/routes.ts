import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '@/app/routes.base';
import { oneOf, optionalString } from '@/app/search';
import { type Whose, whose } from './bursts';

export const activityRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'activity',
  validateSearch: (search: Record<string, unknown>): { who?: Whose; env?: string } => ({
    who: oneOf(search.who, whose),
    env: optionalString(search.env),
  }),
  component: lazyRouteComponent(() => import('./ActivityPage'), 'ActivityPage'),
});
