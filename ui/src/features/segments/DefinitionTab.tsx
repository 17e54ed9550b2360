import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Condition, SegmentDetail } from '@/api/types';
import { useConnected } from '@/app/live';
import { useScope } from '@/app/scope';
import { useKeys } from '@/components/keys';
import { Note } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { ConditionEditor } from '@/features/rules/ConditionEditor';
import { validateCondition } from '@/features/rules/validate';
import { sameJson } from '@/features/rules/wire';
import { segmentsText as t } from '@/text/segments';
import classes from './Segments.module.css';

/** Who belongs to the segment: those listed, and those whom the condition takes. */
export function DefinitionTab({ detail }: { detail: SegmentDetail }) {
  const scope = useScope();
  const { openPlan } = usePlan();
  const connected = useConnected();
  const { segment } = detail;
  const live = segment.condition ?? undefined;
  const [edited, setEdited] = useState<{ condition: Condition | undefined }>();
  const [sure, setSure] = useState(false);
  const condition = edited ? edited.condition : live;
  const readOnly = !scope.can('segment.edit') || Boolean(segment.archived_at);
  const dirty = edited !== undefined && !sameJson(edited.condition, live);
  const wrong = validateCondition(condition).length > 0;
  const review = async () => {
    if (!dirty || wrong || !connected) return;
    const result = await openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [{ segment: { edit: { segment: segment.key, patch: { condition: condition ?? null } } } }],
      base: { [segment.id]: segment.revision },
      title: t.changing(segment.key),
      direct: false,
    });
    if (result.outcome !== 'cancelled') setEdited(undefined);
  };
  useKeys({ r: () => void review() }, { enabled: dirty });
  const nobody = !condition && segment.member_count === 0;
  return (
    <div className={classes.main}>
      {nobody && <Note tone="warn">{t.matchesNobody}</Note>}
      <p className={classes.muted}>{t.definitionHelp(segment.member_count)}</p>
      <ConditionEditor
        value={condition}
        readOnly={readOnly}
        empty={t.noConditionHelp}
        onChange={(next) => setEdited({ condition: next })}
      />
      {dirty && (
        <section className={classes.draftBar} aria-label={t.unsaved}>
          <span>{wrong ? t.incomplete : t.edited(detail.used_by.length)}</span>
          <span className={classes.spacer} />
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              if (sure) setEdited(undefined);
              setSure(!sure);
            }}
          >
            {sure ? t.discardSure : t.discard}
          </Button>
          <Button size="xs" disabled={wrong || !connected} onClick={() => void review()}>
            {t.review}
          </Button>
        </section>
      )}
    </div>
  );
}
