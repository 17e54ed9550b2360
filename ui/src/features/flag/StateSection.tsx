import { Button, Switch } from '@mantine/core';
import { useState } from 'react';
import type { FlagEnvironment } from '@/api/types';
import { GuardedButton } from '@/components/GuardedButton';
import { Icon } from '@/components/Icon';
import { StateMark } from '@/components/StateMark';
import { Time, useMinute } from '@/components/Time';
import { usePlan } from '@/features/plan';
import { baseAt } from '@/features/rules/draft';
import { ServeEditor } from '@/features/rules/ServeEditor';
import { nextWords } from '@/features/schedule/words';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { KillDialog } from './KillDialog';
import { otherProblems } from './problems';
import { Section } from './Section';
import { useFlag, variantKeys } from './useFlag';
import type { FlagDraft } from './useFlagDraft';

interface StateSectionProps {
  entry: FlagEnvironment;
  draft: FlagDraft;
  readOnly: boolean;
}

/** The switch (an act, sent at once through its plan) and what is served while it is off. */
export function StateSection({ entry, draft, readOnly }: StateSectionProps) {
  const { detail, scope } = useFlag();
  const { openPlan } = usePlan();
  const [busy, setBusy] = useState(false);
  const [killing, setKilling] = useState(false);
  const { key } = entry.environment;
  const on = entry.config.enabled;
  const next = nextWords(entry.state, entry.next, useMinute());
  const maySwitch = scope.can('flag.switch') && !detail.flag.archived_at;
  const turn = async () => {
    setBusy(true);
    await openPlan({
      organization: scope.organization,
      project: scope.project,
      environment: key,
      changes: [{ config: { switch: { flag: detail.flag.key, environment: key, on: !on } } }],
      base: baseAt(entry.config),
      title: on ? t.turnOff(detail.flag.key, key) : t.turnOn(detail.flag.key, key),
    });
    setBusy(false);
  };
  return (
    <Section
      number={1}
      id="state"
      title={t.state}
      summary={
        <>
          <StateMark state={entry.state} share={entry.share ?? null} />
          {next && <span>{next}</span>}
          {entry.changed_at && (
            <span>
              {t.changed} <Time at={entry.changed_at} /> {entry.changed_by?.name}
            </span>
          )}
        </>
      }
      actions={
        !entry.kill && (
          <GuardedButton
            allowed={scope.can('flag.kill')}
            permission="flag.kill"
            variant="default"
            size="xs"
            leftSection={<Icon name="stop" size={14} />}
            onClick={() => setKilling(true)}
          >
            {t.kill}
          </GuardedButton>
        )
      }
    >
      <div className={classes.stateRow}>
        <Switch
          size="md"
          role="switch"
          checked={on}
          disabled={busy || !maySwitch}
          aria-label={t.switchLabel(detail.flag.key, key)}
          label={on ? t.on : t.off}
          description={maySwitch ? undefined : t.needs('flag.switch')}
          onChange={() => void turn()}
        />
        {busy && <span className={classes.muted}>{t.planning}</span>}
        <div className={classes.offVariant}>
          <span className={classes.muted}>{t.offVariant}</span>
          <ServeEditor
            label={t.offVariant}
            serve={draft.body.config.off}
            variants={variantKeys(detail)}
            single
            readOnly={readOnly}
            onChange={(off) => draft.setConfig({ off })}
          />
        </div>
      </div>
      {otherProblems(entry).map((message) => (
        <p key={message} className={classes.broken}>
          <Icon name="warn" size={14} /> {message}
        </p>
      ))}
      {killing && <KillDialog environments={[key]} onClose={() => setKilling(false)} />}
    </Section>
  );
}

export function RestoreButton({ entry }: { entry: FlagEnvironment }) {
  const { detail, scope } = useFlag();
  const { openPlan } = usePlan();
  const { key } = entry.environment;
  if (!scope.can('flag.kill')) {
    return (
      <GuardedButton allowed={false} permission="flag.kill" size="xs" variant="default">
        {t.restoreNow}
      </GuardedButton>
    );
  }
  return (
    <Button
      size="xs"
      variant="default"
      onClick={() =>
        void openPlan({
          organization: scope.organization,
          project: scope.project,
          environment: key,
          changes: [{ config: { lift: { flag: detail.flag.key, environments: [key] } } }],
          title: t.restoring(detail.flag.key, key),
        })
      }
    >
      {t.restoreNow}
    </Button>
  );
}
