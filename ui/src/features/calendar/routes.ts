import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { projectRoute } from '@/app/routes.base';
import { oneOf, optionalString } from '@/app/search';
import { type View, views } from './days';

export interface CalendarSearch {
  env?: string;
  view?: View;
  /** A day of the shown week or month. */
  day?: string;
  q?: string;
}

export const calendarRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: 'calendar',
  validateSearch: (search: Record<string, unknown>): CalendarSearch => ({
    env: optionalString(search.env),
    view: oneOf(search.view, views),
    day: optionalString(search.day),
    q: optionalString(search.q),
  }),
  component: lazyRouteComponent(() => import('./CalendarPage'), 'CalendarPage'),
});
