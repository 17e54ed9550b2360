import { Button, Checkbox, Radio, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Environment, FieldProblem, Hue } from '@/api/types';
import { useScope } from '@/app/scope';
import { announce } from '@/components/announce';
import { Dialog } from '@/components/Dialog';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import form from '@/components/Form.module.css';
import { problemAt } from '@/components/formErrors';
import { keyFrom, keyPattern } from '@/features/flags/newFlag';
import { usePlan } from '@/features/plan';
import { common } from '@/text/common';
import { flagsText } from '@/text/flags';
import { settingsText } from '@/text/settings';

const hues: Hue[] = [1, 2, 3, 4, 5, 6];

interface EnvironmentDialogProps {
  /** Left out for a new one. */
  environment: Environment | undefined;
  onClose: () => void;
}

export function EnvironmentDialog({ environment, onClose }: EnvironmentDialogProps) {
  const { organization, project } = useScope();
  const { openPlan } = usePlan();
  const [name, setName] = useState(environment?.name ?? '');
  const [ownKey, setOwnKey] = useState(environment?.key);
  const [code, setCode] = useState(environment?.code ?? '');
  const [hue, setHue] = useState<Hue>(environment?.hue ?? 2);
  const [guarded, setGuarded] = useState(environment?.protected ?? false);
  const [complained, setComplained] = useState(false);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const [busy, setBusy] = useState(false);
  const key = ownKey ?? keyFrom(name);
  const wrongKey = keyPattern.test(key) ? undefined : flagsText.newKeyRule;
  const wrongCode = code.length > 4 ? settingsText.environmentCodeHelp : undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setComplained(true);
    if (wrongKey || wrongCode || busy) return;
    const patch: Record<string, unknown> = {};
    if (environment) {
      if (name !== environment.name) patch.name = name || null;
      if (code !== environment.code) patch.code = code || null;
      if (hue !== environment.hue) patch.hue = hue;
      if (guarded !== environment.protected) patch.protected = guarded;
      if (Object.keys(patch).length === 0) {
        announce(settingsText.nothingChanged);
        onClose();
        return;
      }
    }
    setBusy(true);
    const result = await openPlan({
      organization,
      project,
      environment: environment?.key,
      changes: [
        environment
          ? { environment: { edit: { environment: key, patch } } }
          : {
              environment: {
                create: {
                  key,
                  name: name.trim() || undefined,
                  code: code || undefined,
                  hue,
                  protected: guarded,
                },
              },
            },
      ],
      base: environment ? { [environment.id]: environment.revision } : undefined,
      title: environment ? settingsText.editEnvironmentTitle(key) : settingsText.newEnvironmentTitle,
      done: environment ? undefined : settingsText.environmentDone(key),
      onProblems: (found) => {
        setProblems(found);
        return true;
      },
    });
    setBusy(false);
    if (result.outcome !== 'cancelled') onClose();
  };

  return (
    <Dialog
      onClose={onClose}
      title={
        environment ? settingsText.editEnvironmentTitle(environment.key) : settingsText.newEnvironmentTitle
      }
      size={480}
    >
      <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          data-autofocus
          label={settingsText.environmentName}
          value={name}
          error={problemAt(problems, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {!environment && (
          <TextInput
            label={settingsText.environmentKey}
            description={settingsText.environmentKeyHelp}
            classNames={{ input: form.mono }}
            value={key}
            error={(complained ? wrongKey : undefined) ?? problemAt(problems, 'key')}
            onChange={(event) => {
              setProblems([]);
              setOwnKey(event.currentTarget.value);
            }}
          />
        )}
        <TextInput
          label={settingsText.environmentCode}
          description={settingsText.environmentCodeHelp}
          classNames={{ input: form.mono }}
          value={code}
          error={(complained ? wrongCode : undefined) ?? problemAt(problems, 'code')}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Radio.Group
          label={settingsText.environmentHue}
          value={String(hue)}
          onChange={(value) => setHue(hues.find((each) => String(each) === value) ?? 2)}
        >
          <div className={form.row}>
            {hues.map((each) => (
              <Radio
                key={each}
                value={String(each)}
                aria-label={settingsText.hue(each)}
                label={
                  <EnvironmentBadge
                    environment={{ key: code || key || String(each), hue: each, protected: guarded }}
                  />
                }
              />
            ))}
          </div>
        </Radio.Group>
        <Checkbox
          label={settingsText.environmentProtected}
          description={settingsText.environmentProtectedHelp}
          checked={guarded}
          onChange={(event) => setGuarded(event.currentTarget.checked)}
        />
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {environment ? common.save : settingsText.createEnvironment}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
