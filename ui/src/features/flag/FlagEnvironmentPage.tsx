import { useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { FlagEnvironment } from '@/api/types';
import { useKeys } from '@/components/keys';
import { EmptyState, Note } from '@/components/Status';
import { useStable } from '@/components/useStable';
import { RuleList } from '@/features/rules/RuleList';
import type { Rule } from '@/features/rules/wire';
import { ScheduleSection } from '@/features/schedule/ScheduleSection';
import { anchorOf } from '@/features/tester/fragment';
import { TesterRail } from '@/features/tester/TesterRail';
import { useRail } from '@/features/tester/useRail';
import { flagText as t } from '@/text/flag';
import { ConflictBand } from './ConflictBand';
import { DraftBar } from './DraftBar';
import classes from './Flag.module.css';
import { KilledBand } from './KilledBand';
import { OtherwiseSection } from './OtherwiseSection';
import { OverridesSection } from './OverridesSection';
import { PrerequisitesSection } from './PrerequisitesSection';
import { problemsByRule } from './problems';
import { RampActs, rampsIn } from './RampActs';
import { Section } from './Section';
import { StateSection } from './StateSection';
import { entryOf, useFlag, variantKeys } from './useFlag';
import { useFlagDraft } from './useFlagDraft';

/** One environment of a flag, laid out in the order in which it is evaluated. */
export function FlagEnvironmentPage() {
  const { detail } = useFlag();
  const { env } = useParams({ strict: false });
  const entry = entryOf(detail, env);
  if (!entry) return <EmptyState title={t.noEnvironment(env ?? '')} />;
  return <EnvironmentTab key={entry.environment.key} entry={entry} />;
}

function EnvironmentTab({ entry }: { entry: FlagEnvironment }) {
  const { detail, scope } = useFlag();
  const draft = useFlagDraft(entry);
  const variants = useMemo(() => variantKeys(detail), [detail]);
  const [editing, setEditing] = useState<Rule>();
  const { open, setOpen } = useOpenRule();
  const { config } = draft.body;
  const readOnly = !scope.can('flag.configure') || Boolean(detail.flag.archived_at);
  const mayOverride = scope.can('flag.override') && !detail.flag.archived_at;
  const problems = useMemo(() => problemsByRule(entry), [entry]);
  const shownBody = useMemo(
    () =>
      editing
        ? {
            ...draft.body,
            config: {
              ...config,
              rules: config.rules.map((rule) => (rule.id === editing.id ? editing : rule)),
            },
          }
        : draft.body,
    [draft.body, config, editing],
  );
  const environments = useMemo(() => detail.environments.map((other) => other.environment.key), [detail]);
  const rail = useRail({
    flag: detail.flag.key,
    entry,
    environments,
    draft: draft.draft || editing ? shownBody : undefined,
  });
  const openRule = useStable(setOpen);
  const setRules = useStable((rules: Rule[]) => draft.setConfig({ rules }));
  const acts = useMemo(() => {
    const ramps = new Set(rampsIn(entry));
    return ({ id }: Rule) => ramps.has(id) && <RampActs flag={detail.flag.key} entry={entry} rule={id} />;
  }, [detail.flag.key, entry]);
  useKeys({
    a: () => document.querySelector<HTMLButtonElement>('[data-add-rule]')?.click(),
    t: () => document.querySelector<HTMLInputElement>('[data-tester-subject]')?.focus(),
  });

  return (
    <>
      <div className={classes.columns}>
        <div className={classes.main}>
          {readOnly && !detail.flag.archived_at && <Note tone="info">{t.readOnly}</Note>}
          <KilledBand entry={entry} />
          <ConflictBand draft={draft} />
          <StateSection entry={entry} draft={draft} readOnly={readOnly} />
          <ScheduleSection entry={entry} draft={draft} readOnly={readOnly} />
          <PrerequisitesSection entry={entry} draft={draft} readOnly={readOnly} />
          <OverridesSection draft={draft} variants={variants} readOnly={!mayOverride} />
          <Section number={5} id="rules" title={t.rules} summary={t.firstMatch(config.rules.length)}>
            <RuleList
              rules={config.rules}
              live={entry.config.rules}
              variants={variants}
              open={open}
              setOpen={openRule}
              readOnly={readOnly}
              problems={problems}
              marksOf={rail.marksOf}
              resultOf={rail.resultOf}
              onEdit={setEditing}
              onChange={setRules}
              draftKey={draft.key}
              onRule={draft.setRule}
              acts={acts}
            />
          </Section>
          <OtherwiseSection entry={entry} draft={draft} variants={variants} readOnly={readOnly} />
        </div>
        <TesterRail rail={rail} />
      </div>
      <DraftBar entry={entry} draft={draft} />
    </>
  );
}

/** The opened rule is part of the address: `#rule-{id}`. */
function useOpenRule() {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const anchor = anchorOf(hash);
  const open = anchor?.startsWith('rule-') ? anchor.slice(5) : undefined;
  const setOpen = (id: string | undefined) => {
    const rest = hash.split('&').filter((part) => part.startsWith('ctx='));
    void navigate({
      to: '.',
      hash: [id ? `rule-${id}` : '', ...rest].filter(Boolean).join('&'),
      replace: true,
      resetScroll: false,
      hashScrollIntoView: false,
    });
  };
  useEffect(() => {
    if (anchor) document.getElementById(anchor)?.scrollIntoView?.({ block: 'nearest' });
  }, [anchor]);
  return { open, setOpen };
}
