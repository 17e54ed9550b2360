import { Button } from '@mantine/core';
import { useState } from 'react';
import type { FlagEnvironment } from '@/api/types';
import { useConnected } from '@/app/live';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { useKeys } from '@/components/keys';
import { useMinute } from '@/components/Time';
import { usePlan } from '@/features/plan';
import type { PlanPart } from '@/features/plan/PlanContext';
import { diffBodies, type Edit } from '@/features/rules/diff';
import { changesOf, revertPart } from '@/features/rules/draft';
import { partId } from '@/features/rules/parts';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { useFlag } from './useFlag';
import type { FlagDraft } from './useFlagDraft';

const signs: Record<Edit['mark'], string> = { add: '+', remove: '−', change: '±', move: '↕' };

/** A part of the flag may have several edits; they are left out together. */
function partsOf(edits: readonly Edit[]): PlanPart[] {
  const found = new Map<string, PlanPart>();
  for (const { part, title, text } of edits) {
    const key = partId(part);
    const known = found.get(key);
    if (known) known.lines.push(text);
    else found.set(key, { key, title, lines: [text] });
  }
  return [...found.values()];
}

/** The unsaved edits of the shown environment. They leave through one plan only. */
export function DraftBar({ entry, draft }: { entry: FlagEnvironment; draft: FlagDraft }) {
  const { detail, scope } = useFlag();
  const { openPlan } = usePlan();
  const connected = useConnected();
  const now = useMinute();
  const [listed, setListed] = useState(false);
  const [sure, setSure] = useState(false);
  const { key } = entry.environment;
  const flag = detail.flag.key;
  const current = draft.draft;
  const edits = current ? diffBodies(current.base.body, current.mine, now) : [];
  const blocked = !connected || (current?.conflicts.length ?? 0) > 0;
  const review = async () => {
    if (!current || blocked) return;
    const { changes, base } = changesOf(current, flag, key);
    if (changes.length === 0) return;
    const result = await openPlan({
      organization: scope.organization,
      project: scope.project,
      environment: key,
      changes,
      base,
      title: t.changeIn(flag, key),
      direct: false,
      parts: partsOf(edits),
      without: (left) => {
        const rest = edits
          .filter((edit) => left.has(partId(edit.part)))
          .reduce((draft, edit) => revertPart(draft, edit.part), current);
        return changesOf(rest, flag, key);
      },
    });
    if (result.outcome !== 'cancelled') draft.write(undefined);
  };
  useKeys({ r: () => void review() }, { enabled: Boolean(current) });
  if (!current) return null;
  return (
    <section className={classes.draftBar} aria-label={t.draft}>
      {listed && (
        <ul className={classes.edits}>
          {edits.map((edit, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: several edits may have the same words
            <li key={index}>
              <span className={classes.sign} aria-hidden="true">
                {signs[edit.mark]}
              </span>
              <span>
                <strong>{edit.title}</strong> {edit.text}
              </span>
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() => draft.write(revertPart(current, edit.part))}
              >
                {t.undoThis}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div className={classes.draftLine}>
        <Button
          size="compact-sm"
          variant="subtle"
          aria-expanded={listed}
          rightSection={<Icon name={listed ? 'chevronDown' : 'chevronRight'} size={12} />}
          onClick={() => setListed(!listed)}
        >
          {t.editsIn(edits.length, key)}
        </Button>
        <EnvironmentBadge environment={entry.environment} long />
        {!connected && <span className={classes.muted}>{t.waiting}</span>}
        {current.conflicts.length > 0 && (
          <span className={classes.broken}>{t.decideFirst(current.conflicts.length)}</span>
        )}
        <span className={classes.spacer} />
        {sure ? (
          <>
            <span className={classes.muted}>{t.discardSure(edits.length)}</span>
            <Button size="xs" variant="default" onClick={() => setSure(false)}>
              {t.keep}
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setSure(false);
                draft.write(undefined);
              }}
            >
              {t.discardNow}
            </Button>
          </>
        ) : (
          <Button size="xs" variant="default" onClick={() => setSure(true)}>
            {t.discard}
          </Button>
        )}
        <Button size="xs" disabled={blocked} onClick={() => void review()}>
          {t.review}
        </Button>
      </div>
    </section>
  );
}
