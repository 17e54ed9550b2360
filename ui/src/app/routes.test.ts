import { expect, it } from 'vitest';
import { addresses } from '../../e2e/addresses';
import { router } from './router';

it('has an address for the accessibility tests for each route', () => {
  const shown = Object.values(router.routesById)
    .filter((route) => route.options.component !== undefined && route.fullPath !== undefined)
    .map((route) => (route.fullPath === '/' ? '/' : route.fullPath.replace(/\/$/, '')));
  expect(new Set(shown)).toEqual(new Set(Object.keys(addresses)));
});
