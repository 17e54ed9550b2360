import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { Problem } from '@/api/client';
import { credentialsQuery, flagQuery } from '@/api/queries';
import type { Change, Credential, Environment, FlagDetail } from '@/api/types';
import { useEnvironments, useScope } from '@/app/scope';
import { GuardedButton } from '@/components/GuardedButton';
import { Icon } from '@/components/Icon';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { ErrorPanel, Note } from '@/components/Status';
import { SnippetBox } from '@/features/flag/Snippets';
import { entryOf } from '@/features/flag/useFlag';
import { usePlan } from '@/features/plan';
import { startText as t } from '@/text/start';
import classes from './Start.module.css';

const firstFlag = 'first-flag';
/** How often the use of the key is asked for, and when help is offered. */
const pollMs = 1500;
const lateSeconds = 60;

/** From nothing to the first evaluation: a flag and its key, the code, and the sign that it was asked for. */
export function StartPage() {
  const { organization, project } = useScope();
  const [environment] = useEnvironments();
  useTitle(t.title, project);
  const flag = useQuery({ ...flagQuery(organization, project, firstFlag), retry: false });
  const absent = flag.error instanceof Problem && flag.error.missing;
  const key = useFirstKey(environment?.key);
  if (flag.error && !absent) {
    return <ErrorPanel error={flag.error} what={t.what} retry={() => void flag.refetch()} />;
  }
  const detail = absent ? undefined : flag.data;
  const ready = detail !== undefined && key?.key !== undefined;
  const seen = Boolean(ready && key.last_used_at);
  return (
    <div className={classes.page}>
      <PageHeader title={t.title} text={t.intro} />
      <ol className={classes.steps}>
        <Step title={t.make} done={ready}>
          {environment && !ready && !flag.isPending && (
            <Make environment={environment} hasFlag={detail !== undefined} hasKey={key?.key !== undefined} />
          )}
        </Step>
        <Step title={t.code} done={seen}>
          {ready ? (
            <>
              <p className={classes.text}>{t.codeText}</p>
              <SnippetBox flag={detail.flag} clientKey={key.key} />
            </>
          ) : (
            <p className={classes.text}>{t.codeWaits}</p>
          )}
        </Step>
        <Step title={t.wait} done={seen}>
          <div role="status">
            {!ready && <p className={classes.text}>{t.waits}</p>}
            {seen && <Note tone="on">{t.seen(firstFlag)}</Note>}
          </div>
          {ready && !seen && environment && <Waiting environment={environment.key} />}
        </Step>
        <Step title={t.turn} done={false}>
          {seen && environment && <Turn detail={detail} environment={environment} />}
        </Step>
      </ol>
      <Link to="/o/$org/p/$project/flags" params={{ org: organization, project }} search={{}}>
        {t.skip}
      </Link>
    </div>
  );
}

/** The client key of the environment that can be shown; its use is asked for until it was used. */
function useFirstKey(environment: string | undefined): Credential | undefined {
  const { organization, project } = useScope();
  const usable = (all: Credential[] | undefined) =>
    all?.find(
      (each) => each.kind === 'client' && each.environment === environment && each.key && !each.revoked_at,
    );
  const { data } = useQuery({
    ...credentialsQuery(organization, project),
    refetchInterval: ({ state }) => {
      const key = usable(state.data);
      return key && !key.last_used_at ? pollMs : false;
    },
  });
  return usable(data);
}

function Step({ title, done, children }: { title: string; done: boolean; children?: ReactNode }) {
  return (
    <li className={classes.step} data-done={done || undefined}>
      <h2 className={classes.title}>
        {title} {done && <Icon name="check" label={t.done} />}
      </h2>
      {children}
    </li>
  );
}

interface MakeProps {
  environment: Environment;
  hasFlag: boolean;
  hasKey: boolean;
}

function Make({ environment, hasFlag, hasKey }: MakeProps) {
  const { organization, project, can } = useScope();
  const { openPlan } = usePlan();
  const [busy, setBusy] = useState(false);
  const { key } = environment;
  const changes: Change[] = [
    ...(hasFlag
      ? []
      : [
          {
            flag: {
              create: { key: firstFlag, name: t.flagName, kind: 'boolean' as const, client_visible: true },
            },
          },
        ]),
    ...(hasKey
      ? []
      : [{ credential: { create: { name: t.keyName, kind: 'client' as const, environment: key } } }]),
  ];
  const missing = (['flag.create', 'credential.manage'] as const).find((permission) => !can(permission));
  const make = async () => {
    setBusy(true);
    await openPlan({
      organization,
      project,
      environment: key,
      changes,
      title: t.makeTitle(firstFlag, key),
      done: t.made(firstFlag),
      direct: true,
    });
    setBusy(false);
  };
  return (
    <>
      <p className={classes.text}>{t.makeText(firstFlag, key)}</p>
      <GuardedButton
        allowed={missing === undefined}
        {...(missing ? { permission: missing } : {})}
        loading={busy}
        onClick={() => void make()}
      >
        {t.makeButton(firstFlag)}
      </GuardedButton>
    </>
  );
}

function Waiting({ environment }: { environment: string }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = window.setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <>
      <p className={classes.text}>{t.waiting(seconds)}</p>
      {seconds >= lateSeconds && (
        <Note tone="info">
          {t.late}
          <ul>
            {t.lateHints(window.location.origin, environment, firstFlag).map((hint) => (
              <li key={hint}>{hint}</li>
            ))}
          </ul>
        </Note>
      )}
    </>
  );
}

function Turn({ detail, environment }: { detail: FlagDetail | undefined; environment: Environment }) {
  const { organization, project, can } = useScope();
  const { openPlan } = usePlan();
  const entry = detail && entryOf(detail, environment.key);
  if (!entry) return null;
  const on = !entry.config.enabled;
  const { key } = environment;
  const serve = (entry.config.enabled ? entry.config.default : entry.config.off).serve;
  const variant = typeof serve === 'object' && 'variant' in serve ? serve.variant : undefined;
  const value = detail.flag.variants.find((each) => each.key === variant)?.value;
  return (
    <>
      {value !== undefined && <p className={classes.text}>{t.serves(key, JSON.stringify(value))}</p>}
      <div className={classes.acts}>
        <GuardedButton
          allowed={can('flag.switch')}
          permission="flag.switch"
          onClick={() =>
            void openPlan({
              organization,
              project,
              environment: key,
              changes: [{ config: { switch: { flag: firstFlag, environment: key, on } } }],
              title: on ? t.turnOn(key) : t.turnOff(key),
            })
          }
        >
          {on ? t.turnOn(key) : t.turnOff(key)}
        </GuardedButton>
        <Button
          variant="default"
          component={Link}
          to="/o/$org/p/$project/flags/$flag"
          params={{ org: organization, project, flag: firstFlag } as never}
        >
          {t.open}
        </Button>
      </div>
    </>
  );
}
