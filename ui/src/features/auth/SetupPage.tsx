import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api, Problem } from '@/api/client';
import { keys } from '@/api/keys';
import { setupQuery } from '@/api/queries';
import form from '@/components/Form.module.css';
import { looksLikeEmail, problemAt } from '@/components/formErrors';
import { useTitle } from '@/components/PageHeader';
import { ErrorPanel } from '@/components/Status';
import { authText } from '@/text/auth';
import { Plain } from './Plain';

const route = getRouteApi('/setup');
export const passwordLength = 12;

export function SetupPage() {
  const search = route.useSearch();
  const setup = useQuery(setupQuery);
  useTitle(authText.setupTitle);
  if (setup.data && !setup.data.needed) {
    return (
      <Plain title={authText.setupDoneTitle}>
        <p className={form.text}>{authText.setupDoneText}</p>
        <Link to="/login" search={{}}>
          {authText.toLogin}
        </Link>
      </Plain>
    );
  }
  return (
    <Plain title={authText.setupTitle}>
      <p className={form.text}>{authText.setupText}</p>
      <SetupForm firstToken={search.token ?? ''} />
    </Plain>
  );
}

function SetupForm({ firstToken }: { firstToken: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [token, setToken] = useState(firstToken);
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [complained, setComplained] = useState(false);
  const [error, setError] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const problems = error?.problems ?? [];
  const wrong = {
    token: token.trim() === '' ? authText.setupTokenMissing : undefined,
    name: name.trim() === '' ? authText.nameMissing : undefined,
    email: looksLikeEmail(email) ? undefined : authText.emailMissing,
    password: password.length < passwordLength ? authText.passwordShort : undefined,
  };
  const shown = (field: keyof typeof wrong) =>
    (complained ? wrong[field] : undefined) ?? problemAt(problems, field);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setComplained(true);
    if (Object.values(wrong).some(Boolean) || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      await api.post('/setup', {
        token: token.trim(),
        email: email.trim(),
        password,
        name: name.trim(),
      });
      client.removeQueries({ queryKey: keys.session });
      client.setQueryData(keys.setup, { needed: false });
      await navigate({ to: '/start', replace: true });
    } catch (caught) {
      setError(caught instanceof Problem ? caught : new Problem(0, { title: String(caught) }));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
      {error && problems.length === 0 && <ErrorPanel error={error} what={authText.setupTitle} />}
      {firstToken === '' && (
        <TextInput
          label={authText.setupToken}
          description={authText.setupTokenHelp}
          autoComplete="off"
          value={token}
          error={shown('token')}
          onChange={(event) => setToken(event.currentTarget.value)}
        />
      )}
      <TextInput
        label={authText.name}
        autoComplete="name"
        autoFocus
        value={name}
        error={shown('name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        type="email"
        label={authText.email}
        autoComplete="username"
        value={email}
        error={shown('email')}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <PasswordInput
        label={authText.password}
        description={authText.passwordHelp}
        autoComplete="new-password"
        value={password}
        error={shown('password')}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <p className={form.muted}>{authText.setupAfter}</p>
      <Button type="submit" loading={busy}>
        {authText.setupSubmit}
      </Button>
    </form>
  );
}
