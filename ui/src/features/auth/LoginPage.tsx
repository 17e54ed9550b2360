import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { api, Problem } from '@/api/client';
import { keys } from '@/api/keys';
import type { Session } from '@/api/types';
import form from '@/components/Form.module.css';
import { looksLikeEmail } from '@/components/formErrors';
import { useTitle } from '@/components/PageHeader';
import { ErrorPanel, Note } from '@/components/Status';
import { authText } from '@/text/auth';
import { Plain } from './Plain';

const route = getRouteApi('/login');

/** Only addresses of this console, so that a link cannot lead elsewhere. */
export function safeNext(next: string | undefined): string {
  return next?.startsWith('/') &&
    !next.startsWith('//') &&
    !next.startsWith('/\\') &&
    !next.startsWith('/login')
    ? next
    : '/';
}

export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const emailInput = useRef<HTMLInputElement>(null);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [complained, setComplained] = useState(false);
  const [error, setError] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  useTitle(authText.loginTitle);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setComplained(true);
    if (!looksLikeEmail(email) || password === '' || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const session = await api.post<Session>('/session', { email: email.trim(), password });
      client.setQueryData(keys.session, session);
      router.history.push(safeNext(next));
    } catch (caught) {
      setError(caught instanceof Problem ? caught : new Problem(0, { title: String(caught) }));
      emailInput.current?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <Plain title={authText.loginTitle}>
      <form className={form.form} onSubmit={(event) => void submit(event)} noValidate>
        {error?.status === 401 || error?.status === 403 ? (
          <div role="alert">
            <Note tone="danger">{authText.loginWrong}</Note>
          </div>
        ) : error?.status === 429 ? (
          <div role="alert">
            <Note tone="danger">{authText.tooMany}</Note>
          </div>
        ) : (
          error && <ErrorPanel error={error} what={authText.loginTitle} />
        )}
        <TextInput
          ref={emailInput}
          type="email"
          label={authText.email}
          autoComplete="username"
          autoFocus
          value={email}
          error={complained && !looksLikeEmail(email) ? authText.emailMissing : undefined}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label={authText.password}
          autoComplete="current-password"
          value={password}
          error={complained && password === '' ? authText.passwordMissing : undefined}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          {authText.loginSubmit}
        </Button>
        <p className={form.muted}>{authText.loginForgot}</p>
      </form>
    </Plain>
  );
}
