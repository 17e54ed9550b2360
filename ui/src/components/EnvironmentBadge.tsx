import type { Environment } from '@/api/types';
import { common } from '@/text/common';
import classes from './EnvironmentBadge.module.css';
import { Icon } from './Icon';

type Shown = Pick<Environment, 'key' | 'protected'> & { hue?: Environment['hue'] };

interface EnvironmentBadgeProps {
  environment: Shown;
  /** Adds the word "protected". */
  long?: boolean;
}

/** Outline for an open environment; inverse fill, lock and word for a protected one. */
export function EnvironmentBadge({ environment, long = false }: EnvironmentBadgeProps) {
  return (
    <span className={classes.badge} data-protected={environment.protected || undefined}>
      {environment.hue && <span className={classes.hue} data-hue={environment.hue} aria-hidden="true" />}
      <span>{environment.key}</span>
      {environment.protected && (
        <>
          <Icon name="lock" size={12} label={long ? undefined : common.protectedWord} />
          {long && <span>{common.protectedWord}</span>}
        </>
      )}
    </span>
  );
}

/** The stripe along a page or dialog that changes one environment. */
export function EnvironmentStripe({ environment }: { environment: Shown }) {
  return <span className={classes.stripe} data-hue={environment.hue ?? 1} aria-hidden="true" />;
}
