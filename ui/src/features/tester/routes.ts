import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '@/app/routes.base';
import { optionalNumber, optionalString } from '@/app/search';

/** The context travels in the fragment (`#ctx=…`), never in the search. */
export const testerRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'tester',
  validateSearch: (search: Record<string, unknown>): { flag?: string; env?: string; rev?: number } => ({
    flag: optionalString(search.flag),
    env: optionalString(search.env),
    rev: optionalNumber(search.rev),
  }),
  component: lazyRouteComponent(() => import('./TesterPage'), 'TesterPage'),
});
