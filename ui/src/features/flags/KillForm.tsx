import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useScope } from '@/app/scope';
import { usePlan } from '@/features/plan';
import { common } from '@/text/common';
import { flagsText } from '@/text/flags';
import classes from './Flags.module.css';

interface KillFormProps {
  flag: string;
  environment: string;
  onDone: () => void;
  /** The plan is about to open. */
  onSend?: () => void;
  onCancel: () => void;
}

const minutes = [5, 15, 30, 60] as const;

export function KillForm({ flag, environment, onDone, onSend, onCancel }: KillFormProps) {
  const { organization, project } = useScope();
  const { openPlan } = usePlan();
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState('');
  const [complained, setComplained] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') {
      setComplained(true);
      return;
    }
    const end = until === '' ? undefined : new Date(Date.now() + Number(until) * 60_000).toISOString();
    onSend?.();
    const result = await openPlan({
      organization,
      project,
      environment,
      changes: [
        { config: { kill: { flag, environments: [environment], until: end, reason: reason.trim() } } },
      ],
      title: flagsText.killTitle(flag, environment),
      direct: false,
    });
    if (result.outcome !== 'cancelled') onDone();
  };
  return (
    <form className={classes.killForm} onSubmit={(event) => void submit(event)} noValidate>
      <TextInput
        data-autofocus
        autoFocus
        label={flagsText.killReason}
        value={reason}
        error={complained && reason.trim() === '' ? flagsText.killReasonMissing : undefined}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <NativeSelect
        label={flagsText.killUntil}
        value={until}
        onChange={(event) => setUntil(event.currentTarget.value)}
        data={[
          { value: '', label: flagsText.killUntilLifted },
          ...minutes.map((n) => ({ value: String(n), label: flagsText.killMinutes(n) })),
        ]}
      />
      <div className={classes.panelActions}>
        <Button type="submit" color="danger">
          {flagsText.killReview}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {common.cancel}
        </Button>
      </div>
    </form>
  );
}
