import { MantineProvider } from '@mantine/core';
import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { ProfileNote } from './ProfileNote';

it('says what conditions of another system mean, when asked', async () => {
  render(
    <MantineProvider env="test">
      <ProfileNote profile="togglr" />
    </MantineProvider>,
  );
  expect(screen.queryByRole('dialog')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'evaluated as in togglr' }));
  const note = await screen.findByRole('dialog', { name: 'evaluated as in togglr' });
  expect(note.textContent).toContain('fail for a missing attribute');
  expect(note.querySelectorAll('li').length).toBeGreaterThan(1);
});
