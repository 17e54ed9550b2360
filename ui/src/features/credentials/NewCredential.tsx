import { Button, NativeSelect, Radio, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useEnvironments, useScope } from '@/app/scope';
import { Dialog } from '@/components/Dialog';
import form from '@/components/Form.module.css';
import { problemAt } from '@/components/formErrors';
import { SecretDialog } from '@/components/SecretDialog';
import { useSecretForm } from '@/features/plan/useSecretForm';
import { common } from '@/text/common';
import { settingsText } from '@/text/settings';

const days = { never: 0, d30: 30, d90: 90, d365: 365 } as const;
type Expiry = keyof typeof days;
const expiries = Object.keys(days) as Expiry[];

function snippetOf(secret: string): string {
  return [
    `curl -s ${window.location.origin}/ofrep/v1/evaluate/flags \\`,
    `  -H 'Authorization: Bearer ${secret}' \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"context":{"targetingKey":"user-1"}}'`,
  ].join('\n');
}

export function NewCredential({ onClose }: { onClose: () => void }) {
  const { organization, project } = useScope();
  const environments = useEnvironments();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'server' | 'client'>('server');
  const [chosen, setChosen] = useState<string>();
  const [expiry, setExpiry] = useState<Expiry>('never');
  const environment = chosen ?? environments[0]?.key ?? '';

  const { complained, problems, busy, secret, submit } = useSecretForm(
    name.trim() !== '',
    () => ({
      organization,
      project,
      environment,
      changes: [
        {
          credential: {
            create: {
              name: name.trim(),
              kind,
              environment,
              expires_at:
                days[expiry] === 0
                  ? undefined
                  : new Date(Date.now() + days[expiry] * 86_400_000).toISOString(),
            },
          },
        },
      ],
      title: settingsText.credentialTitle(name.trim()),
      done: settingsText.credentialDone(name.trim()),
    }),
    onClose,
  );

  if (secret !== undefined) {
    return (
      <SecretDialog
        title={settingsText.secretTitle}
        help={settingsText.secretHelp}
        name={name}
        secret={secret}
        snippet={snippetOf(secret)}
        onClose={onClose}
      />
    );
  }

  return (
    <Dialog onClose={onClose} title={settingsText.newCredential} size={480}>
      <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          data-autofocus
          label={settingsText.credentialName}
          description={settingsText.credentialNameHelp}
          value={name}
          error={
            (complained && name.trim() === '' ? settingsText.credentialNameMissing : undefined) ??
            problemAt(problems, 'name')
          }
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Radio.Group
          label={settingsText.credentialKind}
          value={kind}
          onChange={(value) => setKind(value === 'client' ? 'client' : 'server')}
        >
          <div className={form.form}>
            <Radio value="server" label={settingsText.credentialKinds.server} />
            <Radio value="client" label={settingsText.credentialKinds.client} />
          </div>
        </Radio.Group>
        <NativeSelect
          label={settingsText.credentialEnvironment}
          value={environment}
          error={problemAt(problems, 'environment')}
          onChange={(event) => setChosen(event.currentTarget.value)}
          data={environments.map((each) => ({
            value: each.key,
            label: each.protected ? `${each.key} · ${common.protectedWord}` : each.key,
          }))}
        />
        <NativeSelect
          label={settingsText.credentialExpires}
          value={expiry}
          onChange={(event) =>
            setExpiry(expiries.find((each) => each === event.currentTarget.value) ?? 'never')
          }
          data={expiries.map((value) => ({ value, label: settingsText.expiry[value] }))}
        />
        <div className={form.actions}>
          <Button variant="default" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button type="submit" loading={busy}>
            {settingsText.createCredential}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
