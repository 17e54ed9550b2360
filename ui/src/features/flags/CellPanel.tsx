import { Drawer, Loader, Popover, Switch } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useId, useState } from 'react';
import type { Change, Environment, EnvironmentState, FlagListItem } from '@/api/types';
import { useConnected } from '@/app/live';
import { useScope } from '@/app/scope';
import { CopyButton } from '@/components/CopyButton';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { GuardedButton } from '@/components/GuardedButton';
import { useKeys } from '@/components/keys';
import { StateMark } from '@/components/StateMark';
import { Time, useMinute } from '@/components/Time';
import { useFocusBack } from '@/components/useFocusBack';
import { type PlanRequest, usePlan } from '@/features/plan';
import { makePlan } from '@/features/plan/send';
import { nextWords } from '@/features/schedule/words';
import { common } from '@/text/common';
import { flagsText } from '@/text/flags';
import { planText } from '@/text/plan';
import classes from './Flags.module.css';
import { KillForm } from './KillForm';

const CellRamps = lazy(async () => ({ default: (await import('@/features/flag/CellRamps')).CellRamps }));

interface CellPanelProps {
  item: FlagListItem;
  environment: Environment;
  /** The cell that was opened. */
  element: HTMLElement;
  onClose: () => void;
}

/** States what is served, and holds the switch. */
export function CellPanel({ item, environment, element, onClose }: CellPanelProps) {
  const phone = useMediaQuery('(max-width: 767px)', window.innerWidth < 768);
  const { dialogOpen } = usePlan();
  useFocusBack();
  // Wherever the focus is: on its way back from a dialog it is in neither.
  useKeys({ escape: onClose }, { enabled: !dialogOpen });
  const state = item.environments[environment.key];
  if (!state) return null;
  const title = flagsText.panel(item.key, environment.key);
  const content = <PanelContent item={item} environment={environment} state={state} onClose={onClose} />;
  if (phone) {
    return (
      <Drawer
        opened={!dialogOpen}
        keepMounted
        onClose={onClose}
        position="bottom"
        size="auto"
        title={<PanelTitle flag={item.key} environment={environment} />}
        closeButtonProps={{ 'aria-label': common.close }}
      >
        {content}
      </Drawer>
    );
  }
  const box = element.getBoundingClientRect();
  return (
    <Popover
      opened={!dialogOpen}
      keepMounted
      zIndex={150}
      onChange={(opened) => !opened && !dialogOpen && onClose()}
      position="bottom-start"
      width={380}
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <div
          className={classes.anchor}
          aria-hidden="true"
          style={{
            top: box.top + window.scrollY,
            left: box.left + window.scrollX,
            width: box.width,
            height: box.height,
          }}
        />
      </Popover.Target>
      <Popover.Dropdown aria-label={title} role="dialog">
        <PanelTitle flag={item.key} environment={environment} />
        {content}
      </Popover.Dropdown>
    </Popover>
  );
}

function PanelTitle({ flag, environment }: { flag: string; environment: Environment }) {
  return (
    <span className={classes.panelTitle}>
      <span className={classes.key}>{flag}</span>
      <EnvironmentBadge environment={environment} long />
    </span>
  );
}

interface PanelContentProps extends Omit<CellPanelProps, 'element'> {
  state: EnvironmentState;
}

function PanelContent({ item, environment, state, onClose }: PanelContentProps) {
  const { organization, project } = useScope();
  const [killing, setKilling] = useState(false);
  const next = nextWords(state.state, state.next, useMinute());
  const flag = item.key;
  const here = { org: organization, project, flag, env: environment.key };
  const link = `${window.location.origin}/o/${organization}/p/${project}/flags/${encodeURIComponent(flag)}/e/${environment.key}`;
  return (
    <div className={classes.panel}>
      <p className={classes.panelState}>
        <StateMark state={state.state} share={state.share} />
        <span className={classes.muted}>
          {item.changed_at && (
            <>
              {flagsText.panelOnSince} <Time at={item.changed_at} />
            </>
          )}
          {item.changed_by?.name ? ` (${item.changed_by.name})` : ''}
        </span>
      </p>
      <p className={classes.panelText}>
        {state.state === 'off' || state.state === 'waiting' || state.state === 'killed'
          ? flagsText.panelOff
          : flagsText.panelServes(state.summary)}
        {state.next && next && (
          <>
            {' '}
            {flagsText.nextIs(next)} (<Time at={state.next.at} />
            ).
          </>
        )}
        {state.until && (
          <>
            {' '}
            {flagsText.panelUntil} <Time at={state.until} />.
          </>
        )}
      </p>
      {!killing && (state.state === 'ramping' || state.state === 'paused') && (
        <Suspense>
          <CellRamps flag={flag} environment={environment.key} />
        </Suspense>
      )}
      {killing ? (
        <KillForm
          flag={flag}
          environment={environment.key}
          onDone={onClose}
          onCancel={() => setKilling(false)}
        />
      ) : (
        <PanelActions
          flag={flag}
          environment={environment}
          state={state}
          onKill={() => setKilling(true)}
          onDone={onClose}
        />
      )}
      <p className={classes.panelLinks}>
        <Link to="/o/$org/p/$project/flags/$flag/e/$env" params={here}>
          {flagsText.open}
        </Link>
        <Link to="/o/$org/p/$project/tester" params={here} search={{ flag, env: environment.key }}>
          {flagsText.why}
        </Link>
        <Link to="/o/$org/p/$project/flags/$flag/compare" params={here} search={{ b: environment.key }}>
          {flagsText.compare}
        </Link>
        <CopyButton value={link} what={flagsText.copyLink} />
      </p>
    </div>
  );
}

interface PanelActionsProps {
  flag: string;
  environment: Environment;
  state: EnvironmentState;
  onKill: () => void;
  onDone: () => void;
}

function PanelActions({ flag, environment, state, onKill, onDone }: PanelActionsProps) {
  const { organization, project, can } = useScope();
  const { openPlan } = usePlan();
  const connected = useConnected();
  const [busy, setBusy] = useState(false);
  const lineId = useId();
  const env = environment.key;
  const killed = state.state === 'killed';
  const on = state.state !== 'off' && !killed;
  const change: Change = killed
    ? { config: { lift: { flag, environments: [env] } } }
    : { config: { switch: { flag, environment: env, on: !on } } };
  const permission = killed ? 'flag.kill' : 'flag.switch';
  const allowed = can(permission);
  const request: PlanRequest = {
    organization,
    project,
    environment: env,
    changes: [change],
    title: killed ? flagsText.liftTitle(flag, env) : flagsText.switchTitle(flag, env, !on),
    done: killed ? undefined : flagsText.switchDone(flag, env, !on),
  };
  const preview = useQuery({
    queryKey: ['project', organization, project, 'flags', 'preview', change],
    queryFn: ({ signal }) => makePlan(request, signal),
    enabled: allowed && connected && !busy,
    staleTime: 5_000,
    gcTime: 0,
    retry: false,
  });
  const run = async () => {
    setBusy(true);
    const result = await openPlan(request);
    setBusy(false);
    if (result.outcome !== 'cancelled') onDone();
  };
  const sentence = preview.data?.plan.sentences[0]?.text;
  const refused = preview.data?.plan.outcome === 'refuse';
  const reason = !connected ? planText.disconnected : !allowed ? common.needsLong(permission) : undefined;
  return (
    <>
      <div className={classes.panelActions}>
        {killed ? (
          <GuardedButton
            allowed={reason === undefined}
            reason={reason}
            loading={busy}
            onClick={() => void run()}
          >
            {flagsText.lift}
          </GuardedButton>
        ) : (
          <Switch
            size="md"
            role="switch"
            checked={on}
            disabled={reason !== undefined || refused}
            aria-label={flagsText.switchLabel(flag, env)}
            aria-describedby={lineId}
            thumbIcon={busy ? <Loader size={10} /> : undefined}
            label={on ? flagsText.on : flagsText.off}
            onChange={() => void run()}
            data-autofocus
          />
        )}
        {!killed && (
          <GuardedButton
            variant="default"
            allowed={can('flag.kill') && connected}
            permission="flag.kill"
            reason={connected ? undefined : planText.disconnected}
            onClick={onKill}
          >
            {flagsText.kill}
          </GuardedButton>
        )}
      </div>
      <p id={lineId} className={classes.planLine}>
        {reason ?? (sentence ? `${flagsText.planLine}: ${sentence}` : ' ')}
        {refused && preview.data?.plan.reason ? ` ${preview.data.plan.reason}` : ''}
      </p>
    </>
  );
}
