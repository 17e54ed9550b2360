import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import type { FlagEnvironment } from '@/api/types';
import { EnvironmentStripe } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { useKeys } from '@/components/keys';
import { useTitle } from '@/components/PageHeader';
import { StateShape } from '@/components/StateMark';
import { BusyBar, ErrorPanel, ListSkeleton, Note } from '@/components/Status';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { FlagHeader } from './FlagHeader';
import { entryOf, FlagContext, tabAddress, useFlag, useFlagQuery } from './useFlag';
import { useHasDraft } from './useFlagDraft';

/** Header and tabs of one flag; the tabs' pages are its outlet. */
export function FlagLayout() {
  const { key, scope, query } = useFlagQuery();
  const { env } = useParams({ strict: false });
  useTitle(env, key);
  if (!query.data) {
    return query.error ? (
      <ErrorPanel error={query.error} what={t.whatFlag} retry={() => void query.refetch()} />
    ) : (
      <ListSkeleton />
    );
  }
  const projectRoot = `/o/${scope.organization}/p/${scope.project}`;
  const root = `${projectRoot}/flags/${encodeURIComponent(key)}`;
  const entry = entryOf(query.data, env);
  return (
    <FlagContext value={{ detail: query.data, scope, root, projectRoot }}>
      <BusyBar busy={query.isFetching} />
      <div className={classes.page} data-edits={entry ? true : undefined}>
        {entry && <EnvironmentStripe environment={entry.environment} />}
        <FlagHeader entry={entry} />
        {query.data.flag.archived_at && <Note tone="warn">{t.archivedBand}</Note>}
        <Tabs />
        <Outlet />
      </div>
    </FlagContext>
  );
}

function Tabs() {
  const { detail, root } = useFlag();
  const { env } = useParams({ strict: false });
  const navigate = useNavigate();
  const keys = detail.environments.map((entry) => entry.environment.key);
  const go = (key: string | undefined) => key !== undefined && void navigate({ to: `${root}/e/${key}` });
  const step = (by: number) =>
    go(keys[env === undefined ? (by > 0 ? 0 : keys.length - 1) : keys.indexOf(env) + by]);
  useKeys({
    '[': () => step(-1),
    ']': () => step(1),
    ...Object.fromEntries(keys.slice(0, 9).map((key, index) => [String(index + 1), () => go(key)])),
  });
  return (
    <nav aria-label={t.tabs} className={classes.tabs}>
      <Link to={root} activeOptions={{ exact: true }} className={classes.tab}>
        {t.overview}
      </Link>
      <span className={classes.divider} aria-hidden="true" />
      {detail.environments.map((entry) => (
        <EnvironmentTab key={entry.environment.key} entry={entry} />
      ))}
      <span className={classes.divider} aria-hidden="true" />
      {(['variants', 'usage', 'history', 'settings'] as const).map((tab) => (
        <Link key={tab} to={tabAddress(root, tab)} className={classes.tab}>
          {t[tab]}
        </Link>
      ))}
    </nav>
  );
}

function EnvironmentTab({ entry }: { entry: FlagEnvironment }) {
  const { root } = useFlag();
  const edited = useHasDraft(entry.environment.key);
  const { key } = entry.environment;
  return (
    <Link to={tabAddress(root, `e/${key}`)} className={classes.tab} data-state={entry.state}>
      {key}
      {entry.environment.protected && <Icon name="lock" size={12} label={t.protectedWord} />}
      <StateShape state={entry.state} />
      <span className={classes.hidden}>{t.states[entry.state]}</span>
      {edited && <span className={classes.dot} role="img" aria-label={t.unsaved} title={t.unsaved} />}
    </Link>
  );
}
