import { Popover, UnstyledButton } from '@mantine/core';
import type { Profile } from '@/api/types';
import { flagText as t } from '@/text/flag';
import { profileText } from '@/text/profiles';
import classes from './Flag.module.css';

/** Whose meaning the conditions of a flag have, and what that is. */
export function ProfileNote({ profile }: { profile: Exclude<Profile, 'native'> }) {
  return (
    <Popover position="bottom-start" width={380} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton className={classes.profile}>{t.profile(profile)}</UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className={classes.profilePoints}>
          {profileText[profile].map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}
