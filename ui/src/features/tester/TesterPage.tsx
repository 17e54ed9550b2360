import { Button, Checkbox, NumberInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { flagQuery } from '@/api/queries';
import type { ExplainRequest, ExplainResult } from '@/api/types';
import { useEnvironments, useScope } from '@/app/scope';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { PageHeader, useTitle } from '@/components/PageHeader';
import { EmptyState, Note } from '@/components/Status';
import { Time, useMinute } from '@/components/Time';
import { FlagPicker } from '@/features/flag/FlagPicker';
import { LocalTime } from '@/features/rules/LocalTime';
import { common } from '@/text/common';
import { testerText as t } from '@/text/tester';
import { AllFlags } from './AllFlags';
import { ContextForm } from './ContextForm';
import { CopyActs } from './CopyActs';
import { ExplanationTree } from './ExplanationTree';
import { readExplanation } from './explanation';
import classes from './Tester.module.css';
import { errorWords } from './TesterRail';
import { useContextState } from './useContextState';
import { useExplain } from './useExplain';
import { Verdict } from './Verdict';

/** One subject against one flag or all flags, in any environments, at any time. */
export function TesterPage() {
  const { flag, env, rev } = useSearch({ from: '/session/o/$org/p/$project/tester' });
  const scope = useScope();
  const all = useEnvironments();
  const navigate = useNavigate();
  const now = useMinute();
  const [context, setContext] = useContextState();
  const [at, setAt] = useState<string>();
  useTitle(flag, t.title);
  const wanted = env?.split(',') ?? [];
  const known = all.filter((environment) => wanted.includes(environment.key));
  const fallback = all[all.length - 1];
  const chosen = known.length > 0 ? known : fallback ? [fallback] : [];
  const allowed = scope.can('explain.run');
  const travels = scope.can('audit.view');
  const request: ExplainRequest = {
    ...(flag ? { flags: [flag] } : {}),
    environments: chosen.map((environment) => environment.key),
    contexts: [context],
    ...(at ? { at } : {}),
    ...(rev ? { revision: rev } : {}),
  };
  const { data, error, isFetching } = useExplain(request, allowed && Boolean(flag));
  const search = (next: { flag?: string | undefined; env?: string | undefined; rev?: number | undefined }) =>
    void navigate({
      to: '.',
      search: { ...(flag ? { flag } : {}), ...(env ? { env } : {}), ...(rev ? { rev } : {}), ...next },
      hash: true,
      replace: true,
      resetScroll: false,
    });
  if (!allowed) return <EmptyState title={t.title} text={common.needsLong('explain.run')} />;
  const results = data?.results ?? [];
  return (
    <>
      <PageHeader title={t.title} text={t.purpose} />
      <div className={classes.page}>
        <div className={classes.inputs}>
          <FlagPicker
            label={t.flag}
            value={flag ?? ''}
            onChange={(next) => search({ flag: next === '' ? undefined : next })}
          />
          <p className={classes.muted}>{flag ? '' : t.allFlags}</p>
          <Checkbox.Group
            label={t.environments}
            value={chosen.map((environment) => environment.key)}
            onChange={(next) =>
              search({
                env:
                  all
                    .map((e) => e.key)
                    .filter((key) => next.includes(key))
                    .join(',') || undefined,
              })
            }
          >
            <div className={classes.checks}>
              {all.map((environment) => (
                <Checkbox
                  key={environment.key}
                  value={environment.key}
                  label={<EnvironmentBadge environment={environment} />}
                />
              ))}
            </div>
          </Checkbox.Group>
          <ContextForm value={context} onChange={setContext} />
          {travels && (
            <NumberInput
              size="xs"
              label={t.asOf}
              placeholder={t.newest}
              value={rev ?? ''}
              min={1}
              allowDecimal={false}
              allowNegative={false}
              hideControls
              onChange={(next) => search({ rev: Number(next) > 0 ? Number(next) : undefined })}
            />
          )}
          {at ? (
            <>
              <LocalTime label={t.time} labelled value={at} now={now} onChange={setAt} />
              <Button
                size="compact-xs"
                variant="subtle"
                className={classes.start}
                onClick={() => setAt(undefined)}
              >
                {t.atNow}
              </Button>
            </>
          ) : travels ? (
            <Button
              size="compact-xs"
              variant="subtle"
              className={classes.start}
              onClick={() => setAt(new Date().toISOString())}
            >
              {t.otherTime}
            </Button>
          ) : null}
          <CopyActs flag={flag} context={context} />
        </div>
        <div
          className={classes.results}
          aria-live="polite"
          aria-busy={isFetching}
          data-stale={error ? true : undefined}
        >
          {Object.keys(context).length === 0 && <p className={classes.muted}>{t.emptyContext}</p>}
          {error && <p className={classes.danger}>{errorWords(error)}</p>}
          {flag && rev && data?.as_of?.revision === rev && (
            <Note tone="info">
              {t.wasThen(rev)} <Time at={data.as_of.written_at} exact />
            </Note>
          )}
          {flag ? (
            results.map((result) => (
              <section
                key={result.environment}
                className={classes.card}
                aria-label={t.inEnvironment(flag, result.environment)}
              >
                <h2 className={classes.railTitle}>{t.inEnvironment(flag, result.environment)}</h2>
                <Verdict result={result} />
                <Explained result={result} />
              </section>
            ))
          ) : rev ? (
            <p className={classes.muted}>{t.chooseFlag}</p>
          ) : (
            <AllFlags
              context={context}
              at={at}
              environments={chosen.map((environment) => environment.key)}
              onChoose={(key) => search({ flag: key })}
            />
          )}
        </div>
      </div>
    </>
  );
}

function Explained({ result }: { result: ExplainResult }) {
  const explanation = readExplanation(result.explanation);
  const { organization, project } = useScope();
  // Only the flag knows the names of its windows.
  const { data } = useQuery({
    ...flagQuery(organization, project, result.flag),
    enabled: explanation?.steps.some((step) => step.windows?.open !== undefined) ?? false,
    staleTime: 30_000,
  });
  const entry = data?.environments.find(({ environment }) => environment.key === result.environment);
  return explanation ? (
    <ExplanationTree explanation={explanation} windows={entry?.config.schedule?.windows} />
  ) : null;
}
