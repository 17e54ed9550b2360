import { createRootRoute, createRoute, redirect } from '@tanstack/react-router';
import { Problem } from '@/api/client';
import { sessionQuery, setupQuery } from '@/api/queries';
import { Frame } from './layout/Frame';
import { NotFound } from './layout/NotFound';
import { Root } from './layout/Root';
import { RouteProblem } from './layout/RouteProblem';
import { queryClient } from './queryClient';

export const rootRoute = createRootRoute({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: RouteProblem,
});

/** Everything that needs a session. */
export const sessionRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'session',
  component: Frame,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      const setup = await queryClient.fetchQuery(setupQuery).catch(() => ({ needed: false }));
      if (setup.needed) throw redirect({ to: '/setup' });
      throw redirect({ to: '/login', search: { next: location.href } });
    }
  },
});

export const organizationRoute = createRoute({ getParentRoute: () => sessionRoute, path: 'o/$org' });

/** Pages of a project hang below this one. */
export const projectRoute = createRoute({ getParentRoute: () => organizationRoute, path: 'p/$project' });
