import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '@/app/routes.base';
import { optionalString } from '@/app/search';

export const segmentsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'segments',
  validateSearch: (search: Record<string, unknown>): { q?: string; cursor?: string } => ({
    q: optionalString(search.q),
    cursor: optionalString(search.cursor),
  }),
  component: lazyRouteComponent(() => import('./SegmentsPage'), 'SegmentsPage'),
});

/** The tab is `definition`, `members`, `used-by` or `history`. */
export const segmentRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'segments/$segment/{-$tab}',
  component: lazyRouteComponent(() => import('./SegmentPage'), 'SegmentPage'),
});
