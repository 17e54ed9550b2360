import { Button } from '@mantine/core';
import { Icon } from '@/components/Icon';
import { useMinute } from '@/components/Time';
import { ruleWords } from '@/features/rules/diff';
import { keepMine, takeTheirs } from '@/features/rules/draft';
import type { Conflict } from '@/features/rules/merge';
import { partId } from '@/features/rules/parts';
import { wordsOfServe } from '@/features/rules/sentence';
import type { Outside, Rule, ScheduleWindow, SegmentGroup, Serve } from '@/features/rules/wire';
import { outsideWords, windowSentence } from '@/features/schedule/words';
import { flagText as t } from '@/text/flag';
import { diffText } from '@/text/rules';
import classes from './Flag.module.css';
import type { FlagDraft } from './useFlagDraft';

/** Parts that others saved while they are edited here: base, theirs and mine side by side. */
export function ConflictBand({ draft }: { draft: FlagDraft }) {
  const current = draft.draft;
  const now = useMinute();
  if (!current || current.conflicts.length === 0) return null;
  return (
    <section className={classes.conflicts} aria-label={t.conflicts} role="alert">
      <p className={classes.conflictTitle}>
        <Icon name="swap" /> {t.conflictHelp}
      </p>
      {current.conflicts.map((conflict) => (
        <div key={partId(conflict.part)} className={classes.conflict}>
          <h3>{titleOf(conflict)}</h3>
          <dl className={classes.sides}>
            {(['base', 'theirs', 'mine'] as const).map((side) => (
              <div key={side}>
                <dt>{t.sides[side]}</dt>
                <dd>{wordsOf(conflict, side, now)}</dd>
              </div>
            ))}
          </dl>
          <div className={classes.buttons}>
            <Button
              size="xs"
              variant="default"
              onClick={() => draft.write(takeTheirs(current, conflict.part))}
            >
              {t.takeTheirs}
            </Button>
            <Button size="xs" variant="default" onClick={() => draft.write(keepMine(current, conflict.part))}>
              {t.keepMine}
            </Button>
            {conflict.part.kind === 'rule' && (
              <a href={`#rule-${conflict.part.key}`} className={classes.editLink}>
                {t.editIt}
              </a>
            )}
          </div>
        </div>
      ))}
    </section>
  );
}

function titleOf({ part, mine, theirs, base }: Conflict): string {
  switch (part.kind) {
    case 'off':
      return diffText.off;
    case 'default':
      return diffText.otherwise;
    case 'prerequisite':
      return diffText.prerequisite(part.key);
    case 'rule': {
      const rule = (mine ?? theirs ?? base) as Rule | undefined;
      return t.ruleNamed(rule?.name || part.key);
    }
    case 'window':
      return t.windowNamed(((mine ?? theirs ?? base) as ScheduleWindow | undefined)?.name || part.key);
    case 'window_order':
      return diffText.windowOrder;
    case 'outside':
      return diffText.outside;
    case 'subject':
      return diffText.subject(part.key);
    case 'segment':
      return diffText.segmentOverride(part.key);
    default:
      return diffText.order;
  }
}

function wordsOf(conflict: Conflict, side: 'base' | 'theirs' | 'mine', now: number): string {
  const value = conflict[side];
  if (value === undefined) return t.absentSide;
  switch (conflict.part.kind) {
    case 'rule':
      return ruleWords(value as Rule, now);
    case 'window':
      return windowSentence(value as ScheduleWindow);
    case 'outside':
      return outsideWords(value as Outside);
    case 'off':
    case 'default':
    case 'subject':
      return wordsOfServe(value as Serve, now);
    case 'segment':
      return wordsOfServe((value as SegmentGroup).serve, now);
    default:
      return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
  }
}
