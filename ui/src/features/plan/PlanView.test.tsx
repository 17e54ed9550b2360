import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Effect, Plan } from '@/api/types';
import { PlanView } from './PlanView';

const count = 10_000;

function largePlan(): Plan {
  const each = Array.from({ length: count }, (_, index) => index);
  return {
    token: 'token',
    grade: 2,
    outcome: 'apply',
    sentences: each.map((index) => ({ text: `Creates flag-${index}` })),
    problems: [],
    warnings: each.map((index) => ({ code: 'unused', text: `flag-${index} is not used` })),
    effects: each.map(
      (index): Effect => ({ op: 'put', kind: 'flag', key: `flag-${index}`, document: `document-${index}` }),
    ),
    impact: { flags: count, segments: 0, environments: [], used_by: [] },
    base: {},
  } as unknown as Plan;
}

it('draws some hundred lines of a plan of ten thousand, and finds the others', () => {
  render(
    <MantineProvider env="test">
      <PlanView plan={largePlan()} changes={[]} />
    </MantineProvider>,
  );
  for (const summary of document.querySelectorAll('summary')) {
    const details = summary.closest('details');
    if (!details) throw new Error('a summary outside of its details');
    details.open = true;
    fireEvent(details, new Event('toggle'));
  }
  expect(document.querySelectorAll('*').length).toBeLessThan(1500);
  expect(screen.getByText('Creates flag-20')).toBeDefined();
  expect(screen.queryByText('Creates flag-9876')).toBeNull();
  const [search] = screen.getAllByLabelText('Search these lines');
  if (!search) throw new Error('no search');
  fireEvent.change(search, { target: { value: 'FLAG-9876' } });
  expect(screen.getByText('Creates flag-9876')).toBeDefined();
  fireEvent.change(search, { target: { value: '' } });
  const [later] = screen.getAllByRole('button', { name: 'Later' });
  if (!later) throw new Error('no button');
  fireEvent.click(later);
  expect(screen.getByText('Creates flag-70')).toBeDefined();
  expect(screen.queryByText('Creates flag-20')).toBeNull();
});
