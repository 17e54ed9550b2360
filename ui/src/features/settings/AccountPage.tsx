import { Button, PasswordInput, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, Problem } from '@/api/client';
import { sessionQuery } from '@/api/queries';
import form from '@/components/Form.module.css';
import { setSingleKeys, singleKeysOn } from '@/components/keys';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { ErrorPanel, Note } from '@/components/Status';
import { authText } from '@/text/auth';

const passwordLength = 12;

export function AccountPage() {
  const { data: session } = useQuery(sessionQuery);
  const [single, setSingle] = useState(singleKeysOn);
  useTitle(authText.accountTitle);
  return (
    <>
      <PageHeader title={authText.accountTitle} />
      <section className={form.section}>
        <h2>{authText.profile}</h2>
        <p className={form.text}>
          {session?.user.name} · {session?.user.email}
        </p>
        <ul>
          {session?.organizations.map((organization) => (
            <li key={organization.key}>
              {organization.name || organization.key} · {authText.role}: {organization.role}
            </li>
          ))}
        </ul>
      </section>
      <section className={form.section}>
        <h2>{authText.passwordTitle}</h2>
        <PasswordForm />
      </section>
      <section className={form.section}>
        <h2>{authText.preferences}</h2>
        <Switch
          label={authText.singleKeys}
          description={authText.singleKeysHelp}
          checked={single}
          onChange={(event) => {
            setSingleKeys(event.currentTarget.checked);
            setSingle(event.currentTarget.checked);
          }}
        />
      </section>
    </>
  );
}

function PasswordForm() {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [repeat, setRepeat] = useState('');
  const [complained, setComplained] = useState(false);
  const [error, setError] = useState<Problem>();
  const [done, setDone] = useState(false);
  const [busy, setBusy] = useState(false);
  const wrongNext = next.length < passwordLength ? authText.passwordShort : undefined;
  const wrongRepeat = next !== repeat ? authText.repeatWrong : undefined;
  const refused = error !== undefined && [400, 401, 403, 422].includes(error.status);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setComplained(true);
    setDone(false);
    if (current === '' || wrongNext || wrongRepeat || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await api.post('/session/password', { current, new: next });
      setDone(true);
      setComplained(false);
      setCurrent('');
      setNext('');
      setRepeat('');
    } catch (caught) {
      setError(caught instanceof Problem ? caught : new Problem(0, { title: String(caught) }));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
      {error && !refused && <ErrorPanel error={error} what={authText.passwordTitle} />}
      <div role="status">{done && <Note tone="on">{authText.changed}</Note>}</div>
      <PasswordInput
        label={authText.current}
        autoComplete="current-password"
        value={current}
        error={
          complained && current === ''
            ? authText.passwordMissing
            : refused
              ? error.problems[0]?.detail || authText.currentWrong
              : undefined
        }
        onChange={(event) => setCurrent(event.currentTarget.value)}
      />
      <PasswordInput
        label={authText.next}
        description={authText.passwordHelp}
        autoComplete="new-password"
        value={next}
        error={complained ? wrongNext : undefined}
        onChange={(event) => setNext(event.currentTarget.value)}
      />
      <PasswordInput
        label={authText.repeat}
        autoComplete="new-password"
        value={repeat}
        error={complained ? wrongRepeat : undefined}
        onChange={(event) => setRepeat(event.currentTarget.value)}
      />
      <div className={form.row}>
        <Button type="submit" loading={busy}>
          {authText.change}
        </Button>
      </div>
    </form>
  );
}
