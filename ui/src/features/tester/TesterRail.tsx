import { Button, SegmentedControl } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useScope } from '@/app/scope';
import { useMinute } from '@/components/Time';
import { LocalTime } from '@/features/rules/LocalTime';
import { common } from '@/text/common';
import { testerText as t } from '@/text/tester';
import { ContextForm } from './ContextForm';
import { CopyActs } from './CopyActs';
import { ExplanationTree } from './ExplanationTree';
import { readExplanation } from './explanation';
import { withContext } from './fragment';
import classes from './Tester.module.css';
import type { Rail } from './useRail';
import { servedWords, Verdict } from './Verdict';

/** "Why?" beside the rules: evaluates as you type. */
export function TesterRail({ rail }: { rail: Rail }) {
  const { organization, project, can } = useScope();
  const travels = can('audit.view');
  const navigate = useNavigate();
  const now = useMinute();
  const [timed, setTimed] = useState(false);
  const explanation = readExplanation(rail.result?.explanation);
  if (!rail.allowed) {
    return (
      <aside className={classes.rail} aria-label={t.title}>
        <h2 className={classes.railTitle}>{t.title}</h2>
        <p className={classes.muted}>{common.needsLong('explain.run')}</p>
      </aside>
    );
  }
  return (
    <aside className={classes.rail} aria-label={t.title}>
      <h2 className={classes.railTitle}>{t.title}</h2>
      <ContextForm value={rail.context} onChange={rail.setContext} />
      <div className={classes.options}>
        {rail.hasDraft && (
          <SegmentedControl
            size="xs"
            aria-label={t.which}
            value={rail.useDraft ? 'draft' : 'live'}
            data={[
              { value: 'live', label: t.live },
              { value: 'draft', label: t.draft },
            ]}
            onChange={(next) => rail.setUseDraft(next === 'draft')}
          />
        )}
        {travels && (
          <Button
            size="compact-xs"
            variant="subtle"
            aria-expanded={timed}
            onClick={() => {
              setTimed(!timed);
              rail.setAt(timed ? undefined : new Date().toISOString());
            }}
          >
            {timed ? t.atNow : t.otherTime}
          </Button>
        )}
      </div>
      {timed && rail.at && <LocalTime label={t.time} value={rail.at} now={now} onChange={rail.setAt} />}
      {Object.keys(rail.context).length === 0 && <p className={classes.muted}>{t.emptyContext}</p>}
      <div
        aria-live="polite"
        aria-busy={rail.busy}
        className={classes.answer}
        data-stale={rail.error ? true : undefined}
      >
        {rail.result && <Verdict result={rail.result} />}
        {rail.error !== null && rail.error !== undefined && (
          <p className={classes.danger}>{errorWords(rail.error)}</p>
        )}
        {explanation && <ExplanationTree explanation={explanation} windows={rail.windows} />}
        {rail.others.length > 0 && (
          <p className={classes.others}>
            {t.elsewhere}{' '}
            {rail.others.map((result) => (
              <span key={result.environment}>
                {result.environment} <strong>{servedWords(result)}</strong>
              </span>
            ))}
          </p>
        )}
      </div>
      <CopyActs flag={rail.flag} context={rail.context} />
      <Button
        size="compact-xs"
        variant="subtle"
        className={classes.start}
        onClick={() =>
          void navigate({
            to: `/o/${organization}/p/${project}/tester`,
            search: { flag: rail.flag, env: rail.environment },
            hash: withContext('', rail.context),
          })
        }
      >
        {t.openPage}
      </Button>
    </aside>
  );
}

export function errorWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
