import { Button, NativeSelect } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Change, FlagEnvironment } from '@/api/types';
import { StateMark } from '@/components/StateMark';
import { EmptyState } from '@/components/Status';
import { useMinute } from '@/components/Time';
import { EditLines } from '@/features/history/EditLines';
import { usePlan } from '@/features/plan';
import { diffBodies } from '@/features/rules/diff';
import { baseOf, changesOf, type Draft, startDraft } from '@/features/rules/draft';
import { bodyOf } from '@/features/rules/parts';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { entryOf, useFlag } from './useFlag';

/** Two environments of one flag against each other; the second can be made like the first. */
export function FlagComparePage() {
  const { detail, scope } = useFlag();
  const { a, b } = useSearch({ from: '/session/o/$org/p/$project/flags/$flag/compare' });
  const { openPlan } = usePlan();
  const navigate = useNavigate();
  const now = useMinute();
  const keys = detail.environments.map((entry) => entry.environment.key);
  const from = entryOf(detail, a) ?? detail.environments[0];
  const to = entryOf(detail, b) ?? detail.environments.find((entry) => entry !== from);
  if (!from || !to) return <EmptyState title={t.needTwoEnvironments} />;
  const choose = (search: { a?: string; b?: string }) =>
    void navigate({
      to: '.',
      search: { a: from.environment.key, b: to.environment.key, ...search },
      replace: true,
    });
  const edits = diffBodies(bodyOf(to.config, to.overrides), bodyOf(from.config, from.overrides), now);
  const copy = () =>
    void openPlan({
      organization: scope.organization,
      project: scope.project,
      environment: to.environment.key,
      ...copyChanges(from, to, detail.flag.key),
      title: t.copying(detail.flag.key, from.environment.key, to.environment.key),
      direct: false,
    });
  return (
    <div className={classes.main}>
      <div className={classes.inlineForm}>
        <NativeSelect
          size="xs"
          label={t.compareFrom}
          value={from.environment.key}
          data={keys}
          onChange={(event) => choose({ a: event.currentTarget.value })}
        />
        <NativeSelect
          size="xs"
          label={t.compareTo}
          value={to.environment.key}
          data={keys}
          onChange={(event) => choose({ b: event.currentTarget.value })}
        />
        <Button
          size="xs"
          variant="default"
          disabled={edits.length === 0 || from === to || !scope.can('flag.configure')}
          onClick={copy}
        >
          {t.copyTo(to.environment.key)}
        </Button>
      </div>
      <p>
        {from.environment.key} <StateMark state={from.state} share={from.share ?? null} /> ·{' '}
        {to.environment.key} <StateMark state={to.state} share={to.share ?? null} />
      </p>
      <h2 className={classes.sectionTitle}>{t.toBecome(to.environment.key, from.environment.key)}</h2>
      {edits.length === 0 ? <p className={classes.muted}>{t.noDifference}</p> : <EditLines edits={edits} />}
    </div>
  );
}

function copyChanges(
  from: FlagEnvironment,
  to: FlagEnvironment,
  flag: string,
): { changes: Change[]; base: Record<string, number> } {
  const base = startDraft(baseOf(to.config, to.overrides));
  const draft: Draft = { ...base, mine: bodyOf(from.config, from.overrides) };
  return changesOf(draft, flag, to.environment.key);
}
