import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { HistoryDetail } from '@/api/types';
import { useScope } from '@/app/scope';
import { CopyButton } from '@/components/CopyButton';
import { GuardedButton } from '@/components/GuardedButton';
import { PagedList } from '@/components/PagedList';
import { ErrorPanel, ListSkeleton } from '@/components/Status';
import { Time, useMinute } from '@/components/Time';
import { usePlan } from '@/features/plan';
import { DocumentDiff } from '@/features/plan/EffectsView';
import { common } from '@/text/common';
import { historyText as t } from '@/text/history';
import { EditLines } from './EditLines';
import { effectLines } from './effects';
import classes from './History.module.css';
import { revisionQuery } from './queries';
import { useTakeBack } from './useTakeBack';
import { useUndoLine } from './useUndoLine';

const MOST = 20;
const titleOf = ({ title }: { title: string }) => title;

interface ChangePanelProps {
  revision: number;
  flag?: string | undefined;
  segment?: string | undefined;
  newest?: number | undefined;
  onCompare: (other: number) => void;
}

/** One change: sentence first, differences second, documents last. */
export function ChangePanel({ revision, flag, segment, newest, onCompare }: ChangePanelProps) {
  const { organization, project } = useScope();
  const { data, error, refetch } = useQuery(
    revisionQuery(organization, project, revision, { flag, segment }),
  );
  if (error) return <ErrorPanel error={error} what={t.whatRevision} retry={() => void refetch()} />;
  if (!data) return <ListSkeleton rows={3} />;
  return <Change detail={data} flag={flag} segment={segment} newest={newest} onCompare={onCompare} />;
}

function Change({
  detail,
  flag,
  segment,
  newest,
  onCompare,
}: { detail: HistoryDetail } & Omit<ChangePanelProps, 'revision'>) {
  const scope = useScope();
  const { openPlan } = usePlan();
  const now = useMinute();
  const undoLine = useUndoLine();
  const groups = detail.effects.map((effect) => effectLines(effect, now));
  const only = detail.environments.length === 1 ? detail.environments[0] : undefined;
  const root = `/o/${scope.organization}/p/${scope.project}`;
  const takeBack = useTakeBack();
  const { revision } = detail;
  const restore = () =>
    void openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [
        flag
          ? { flag: { restore_to: { flag, revision } } }
          : { project: { restore_to: { project: scope.project, revision } } },
      ],
      title: flag ? t.restoring(flag, revision) : t.restoringProject(scope.project, revision),
      direct: false,
    });
  const needed = flag ? 'flag.edit' : 'project.manage';
  return (
    <div className={classes.panel}>
      <div className={classes.panelHead}>
        <span>
          <Time at={detail.at} exact /> · {detail.actor.name}
          {detail.note && <> · {t.noteIs(detail.note)}</>}
        </span>
        <span className={classes.buttons}>
          <GuardedButton
            allowed={detail.undo.possible && !detail.undone_by}
            reason={detail.undone_by ? t.undoneBy(detail.undone_by) : (detail.undo.reason ?? t.notUndoable)}
            size="xs"
            variant="default"
            onClick={() => takeBack(detail)}
          >
            {t.revert}
          </GuardedButton>
          {!segment && (
            <GuardedButton
              allowed={scope.can(needed)}
              reason={common.needsLong(needed)}
              size="xs"
              variant="default"
              onClick={restore}
            >
              {flag ? t.restore : t.restoreProject}
            </GuardedButton>
          )}
          {newest !== undefined && newest !== detail.revision && (
            <Button size="xs" variant="default" onClick={() => onCompare(newest)}>
              {t.compareNewest}
            </Button>
          )}
          {flag && (
            <Button
              size="xs"
              variant="subtle"
              component={Link}
              to={`${root}/flags/${encodeURIComponent(flag)}/at/${detail.revision}`}
            >
              {t.showThen}
            </Button>
          )}
          {flag && scope.can('explain.run') && (
            <Button
              size="xs"
              variant="subtle"
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/o/$org/p/$project/tester"
                  params={{ org: scope.organization, project: scope.project }}
                  search={{ flag, ...(only ? { env: only } : {}), rev: detail.revision }}
                />
              )}
            >
              {t.testThen}
            </Button>
          )}
          <CopyButton
            value={`${window.location.origin}${root}/${flag ? `flags/${encodeURIComponent(flag)}/` : ''}history?rev=${detail.revision}`}
            what={t.linkTo(detail.revision)}
          />
        </span>
      </div>
      <PagedList items={groups} textOf={titleOf}>
        {(rows) =>
          rows.map((group) => (
            <section key={group.id} className={classes.group}>
              <h2>{group.title}</h2>
              {group.lines.length === 0 ? (
                <p className={classes.muted}>{t.noVisible}</p>
              ) : (
                <EditLines
                  edits={group.lines}
                  onUndo={
                    group.setting && scope.can('flag.configure')
                      ? (line) => void undoLine(group, line)
                      : undefined
                  }
                />
              )}
            </section>
          ))
        }
      </PagedList>
      {detail.effect_count !== undefined && detail.effect_count > groups.length && (
        <p className={classes.muted}>{t.notListed(detail.effect_count - groups.length)}</p>
      )}
      <Documents detail={detail} />
    </div>
  );
}

function Documents({ detail }: { detail: HistoryDetail }) {
  const [open, setOpen] = useState(false);
  const [raw, setRaw] = useState(false);
  return (
    <>
      <details className={classes.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t.asDocuments(detail.effects.length)}</summary>
        {open &&
          detail.effects.slice(0, MOST).map((effect) => (
            <div key={effect.document + effect.op}>
              <h3>
                {effect.kind} <code>{effect.key}</code>
              </h3>
              <DocumentDiff
                {...(effect.before !== undefined ? { before: effect.before } : {})}
                {...(effect.after !== undefined ? { after: effect.after } : {})}
              />
            </div>
          ))}
      </details>
      <details className={classes.details} onToggle={(event) => setRaw(event.currentTarget.open)}>
        <summary>{t.asJson}</summary>
        {raw && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable
          <pre className={classes.raw} tabIndex={0}>
            {JSON.stringify(detail.effects.slice(0, MOST), null, 2)}
          </pre>
        )}
      </details>
    </>
  );
}
