import { Button, Radio, TextInput } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import type { ScheduleWindow } from '@/api/types';
import movable from '@/components/Movable.module.css';
import { useMinute } from '@/components/Time';
import { sameJson } from '@/features/rules/wire';
import { scheduleText as t } from '@/text/schedule';
import { type Errors, errorsOf, type Form, formOf, newForm, windowOf } from './form';
import { MomentField } from './MomentField';
import { RecurrenceFields } from './RecurrenceFields';
import classes from './Schedule.module.css';
import { windowSentence } from './words';

interface WindowFormProps {
  position: number;
  /** Absent: a new one. */
  window?: ScheduleWindow;
  /** Asks the server whether the window can be; answers with what is wrong. */
  check: (window: ScheduleWindow) => Promise<Errors | undefined>;
  onDone: (window: ScheduleWindow) => void;
  onCancel: () => void;
}

/** One window, opened in its place. Nothing is saved here: "Done" puts it into the draft. */
export function WindowForm({ position, window: started, check, onDone, onCancel }: WindowFormProps) {
  const [form, setForm] = useState<Form>(() => (started ? formOf(started) : newForm()));
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);
  const now = useMinute();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>('input')?.focus(), []);
  useEffect(() => {
    if (Object.keys(errors).length > 0)
      box.current?.querySelector<HTMLElement>('[aria-invalid="true"], [role="alert"]')?.focus();
  }, [errors]);
  const set = (patch: Partial<Form>) => setForm((before) => ({ ...before, ...patch }));
  const made = windowOf(form);
  const done = async () => {
    if (busy) return;
    const own = errorsOf(form);
    setErrors(own);
    if (Object.keys(own).length > 0) return;
    if (started && sameJson(made, started)) return onDone(started);
    setBusy(true);
    const refused = await check(made);
    setBusy(false);
    if (refused) setErrors(refused);
    else onDone(made);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
      event.preventDefault();
      event.stopPropagation();
      void done();
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      event.stopPropagation();
      onCancel();
    }
  };
  const whole = [errors[''], errors['/turns']].filter(Boolean).join(' ');
  return (
    // biome-ignore lint/a11y/useSemanticElements: keys of the fields inside bubble up to here
    <div
      ref={box}
      className={movable.editor}
      role="group"
      aria-label={t.editing(position)}
      onKeyDown={onKeyDown}
    >
      <TextInput
        size="xs"
        maw={360}
        label={t.name}
        description={t.nameHelp}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        value={form.name}
        error={errors['/name']}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Radio.Group
        size="xs"
        label={t.turnsLabel}
        value={form.turns}
        onChange={(turns) => set({ turns: turns === 'off' ? 'off' : 'on' })}
      >
        <div className={classes.choices}>
          <Radio value="on" label={t.turns.on} />
          <Radio value="off" label={t.turns.off} />
        </div>
      </Radio.Group>
      <Radio.Group
        size="xs"
        label={t.kind}
        value={form.kind}
        onChange={(kind) => set({ kind: kind === 'once' ? 'once' : 'again' })}
      >
        <div className={classes.choices}>
          <Radio value="again" label={t.kinds.again} />
          <Radio value="once" label={t.kinds.once} />
        </div>
      </Radio.Group>
      {form.kind === 'again' && <RecurrenceFields form={form} errors={errors} onChange={set} />}
      <fieldset className={movable.part}>
        <legend>{form.kind === 'again' ? t.bounds : t.kinds.once}</legend>
        <div className={classes.fields}>
          <MomentField
            label={t.fromLabel}
            empty={t.fromEmpty}
            value={form.from}
            now={now}
            error={errors['/from']}
            onChange={(from) => set({ from })}
          />
          <MomentField
            label={t.untilLabel}
            empty={t.untilEmpty}
            value={form.until}
            now={now}
            error={errors['/until']}
            onChange={(until) => set({ until })}
          />
        </div>
      </fieldset>
      <p className={classes.result}>→ {windowSentence(made)}</p>
      {whole && (
        <p role="alert" tabIndex={-1} className={classes.problem}>
          {whole}
        </p>
      )}
      <div className={classes.buttons}>
        <Button size="xs" variant="default" onClick={onCancel}>
          {t.cancel}
        </Button>
        <span className={classes.spacer} />
        {busy && (
          <span role="status" className={classes.muted}>
            {t.checking}
          </span>
        )}
        <Button size="xs" variant="default" disabled={busy} onClick={() => void done()}>
          {t.done}
        </Button>
      </div>
    </div>
  );
}
