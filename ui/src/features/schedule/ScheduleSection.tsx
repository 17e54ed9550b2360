import { NativeSelect } from '@mantine/core';
import type { FlagEnvironment, Outside, ScheduleWindow } from '@/api/types';
import { useMinute } from '@/components/Time';
import { Section } from '@/features/flag/Section';
import { useFlag } from '@/features/flag/useFlag';
import type { FlagDraft } from '@/features/flag/useFlagDraft';
import { flagText } from '@/text/flag';
import { scheduleText as t } from '@/text/schedule';
import { checkWindow } from './check';
import { FlagTimeline } from './FlagTimeline';
import classes from './Schedule.module.css';
import { useTurn } from './useTurn';
import { WindowList } from './WindowList';
import { nextWords, whileClosed } from './words';

interface ScheduleSectionProps {
  entry: FlagEnvironment;
  draft: FlagDraft;
  readOnly: boolean;
}

const outsides: readonly Outside[] = ['opposite', 'on', 'off'];
const noWindows: ScheduleWindow[] = [];

/** Windows by which the flag turns on and off, and what comes of the saved ones. */
export function ScheduleSection({ entry, draft, readOnly }: ScheduleSectionProps) {
  const { detail, scope } = useFlag();
  const now = useMinute();
  useTurn(entry.next?.at ?? entry.kill?.until ?? undefined);
  const { schedule } = draft.body.config;
  const windows = schedule?.windows ?? noWindows;
  const outside = schedule?.outside ?? 'opposite';
  const set = (next: ScheduleWindow[], then: Outside) =>
    draft.setConfig({
      schedule: next.length === 0 && then === 'opposite' ? undefined : { windows: next, outside: then },
    });
  const next = nextWords(entry.state, entry.next, now);
  return (
    <Section
      number={2}
      id="schedule"
      title={flagText.schedule}
      summary={
        <>
          <span>{t.count(windows.length)}</span>
          {windows.length > 1 && <span>{t.lastDecides}</span>}
          {next && <span>{next}</span>}
        </>
      }
    >
      {windows.length === 0 && <p className={classes.muted}>{t.empty}</p>}
      {windows.length > 0 && !entry.config.enabled && <p className={classes.muted}>{t.switchedOff}</p>}
      <WindowList
        windows={windows}
        live={entry.config.schedule?.windows ?? noWindows}
        readOnly={readOnly}
        onChange={(list) => set(list, outside)}
        check={(list, position) =>
          checkWindow(scope, detail.flag.key, entry.environment.key, { windows: list, outside }, position)
        }
      />
      {windows.length > 0 && (
        <NativeSelect
          size="xs"
          className={classes.outside}
          label={t.outside}
          description={t.outsideIs(whileClosed(windows, outside))}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          disabled={readOnly}
          value={outside}
          data={outsides.map((value) => ({ value, label: t.outsideChoices[value] }))}
          onChange={(event) => {
            const { value } = event.currentTarget;
            set(windows, outsides.find((each) => each === value) ?? 'opposite');
          }}
        />
      )}
      <FlagTimeline entry={entry} />
    </Section>
  );
}
