import { Button, Checkbox, Radio, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '@/components/Dialog';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { useMinute } from '@/components/Time';
import { usePlan } from '@/features/plan';
import { LocalTime } from '@/features/rules/LocalTime';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { useFlag } from './useFlag';

const durations = [5, 15, 30, 60] as const;
type End = 'restored' | 'at' | `${(typeof durations)[number]}`;

interface KillDialogProps {
  environments: string[];
  onClose: () => void;
}

/** Off at once: where, until when and why. The plan is shown before anything happens. */
export function KillDialog({ environments, onClose }: KillDialogProps) {
  const { detail, scope } = useFlag();
  const { openPlan } = usePlan();
  const now = useMinute();
  const [chosen, setChosen] = useState(environments);
  const [end, setEnd] = useState<End>('restored');
  const [at, setAt] = useState(() => new Date(Date.now() + 3_600_000).toISOString());
  const [reason, setReason] = useState('');
  const [checked, setChecked] = useState(false);
  const flag = detail.flag.key;
  const late = end === 'at' && Date.parse(at) <= now;
  const submit = () => {
    if (reason.trim() === '' || chosen.length === 0 || late) {
      setChecked(true);
      return;
    }
    const until =
      end === 'restored'
        ? undefined
        : end === 'at'
          ? at
          : new Date(Date.now() + Number(end) * 60_000).toISOString();
    onClose();
    void openPlan({
      organization: scope.organization,
      project: scope.project,
      ...(chosen.length === 1 && chosen[0] !== undefined ? { environment: chosen[0] } : {}),
      changes: [
        {
          config: {
            kill: { flag, environments: chosen, reason: reason.trim(), ...(until ? { until } : {}) },
          },
        },
      ],
      note: reason.trim(),
      title: t.killing(flag, chosen.join(', ')),
    });
  };
  return (
    <Dialog onClose={onClose} title={t.killTitle(flag)} size={480}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className={classes.muted}>{t.killHelp}</p>
        <TextInput
          label={t.reason}
          withAsterisk
          data-autofocus
          value={reason}
          error={checked && reason.trim() === '' ? t.reasonNeeded : undefined}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Checkbox.Group
          label={t.environments}
          value={chosen}
          onChange={setChosen}
          error={checked && chosen.length === 0 ? t.chooseOne : undefined}
        >
          <div className={classes.choices}>
            {detail.environments.map(({ environment, kill }) => (
              <Checkbox
                key={environment.key}
                value={environment.key}
                disabled={Boolean(kill)}
                label={<EnvironmentBadge environment={environment} long />}
              />
            ))}
          </div>
        </Checkbox.Group>
        <Radio.Group label={t.until} value={end} onChange={(next) => setEnd(next as End)}>
          <div className={classes.choices}>
            <Radio value="restored" label={t.untilRestored} />
            {durations.map((minutes) => (
              <Radio key={minutes} value={String(minutes)} label={t.minutes(minutes)} />
            ))}
            <Radio value="at" label={t.untilTime} />
          </div>
        </Radio.Group>
        {end === 'at' && (
          <LocalTime
            label={t.untilTime}
            value={at}
            now={now}
            onChange={setAt}
            error={checked && late ? t.inThePast : undefined}
          />
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            {t.cancel}
          </Button>
          <Button type="submit" color="danger">
            {t.killIn(chosen.join(', '))}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
