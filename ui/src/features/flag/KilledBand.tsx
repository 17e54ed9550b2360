import type { FlagEnvironment } from '@/api/types';
import { Note } from '@/components/Status';
import { Time } from '@/components/Time';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { RestoreButton } from './StateSection';

/** Says that the flag is killed here, why, and until when. */
export function KilledBand({ entry }: { entry: FlagEnvironment }) {
  const { kill } = entry;
  if (!kill) return null;
  return (
    <Note tone="danger">
      <div className={classes.band}>
        <span>
          {t.killedFor(kill.reason)} <Time at={kill.at} /> ·{' '}
          {kill.until ? (
            <>
              {t.restoresAt} <Time at={kill.until} />
            </>
          ) : (
            t.untilRestored
          )}
        </span>
        <RestoreButton entry={entry} />
      </div>
    </Note>
  );
}
