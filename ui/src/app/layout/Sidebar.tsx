import { Menu, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { sessionQuery } from '@/api/queries';
import { useLive } from '@/app/live';
import { Icon, type IconName } from '@/components/Icon';
import { frameText } from '@/text/frame';
import classes from './Frame.module.css';

interface Entry {
  icon: IconName;
  text: string;
  to: string;
}

function useEntries(): { project: Entry[]; change: Entry[]; organization: Entry[] } {
  const { org, project } = useParams({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const organization = session?.organizations.find((each) => each.key === org);
  const permissions = organization?.permissions ?? [];
  const o = org ? `/o/${encodeURIComponent(org)}` : '';
  const p = project ? `${o}/p/${encodeURIComponent(project)}` : '';
  const entry = (icon: IconName, text: string, to: string): Entry => ({ icon, text, to });
  return {
    project: p
      ? [
          entry('flag', frameText.flags, `${p}/flags`),
          entry('segment', frameText.segments, `${p}/segments`),
          entry('tester', frameText.tester, `${p}/tester`),
        ]
      : [],
    change: p
      ? [
          entry('calendar', frameText.calendar, `${p}/calendar`),
          entry('activity', frameText.activity, `${p}/activity`),
          entry('history', frameText.history, `${p}/history`),
          entry('settings', frameText.settings, `${p}/settings`),
        ]
      : [],
    organization:
      o && !p
        ? [
            entry('folder', frameText.projects, o),
            ...(permissions.includes('member.view')
              ? [
                  entry('people', frameText.members, `${o}/members`),
                  entry('shield', frameText.roles, `${o}/roles`),
                ]
              : []),
            ...(permissions.includes('audit.view') ? [entry('list', frameText.audit, `${o}/audit`)] : []),
          ]
        : [],
  };
}

interface SidebarProps {
  narrow: boolean;
  onNavigate?: () => void;
}

export function Sidebar({ narrow, onNavigate }: SidebarProps) {
  const entries = useEntries();
  return (
    <div className={classes.sidebarInner} data-narrow={narrow || undefined}>
      <Switcher narrow={narrow} onNavigate={onNavigate} />
      <nav aria-label={frameText.nav} className={classes.nav}>
        <Links entries={entries.project} narrow={narrow} onNavigate={onNavigate} />
        {entries.change.length > 0 && !narrow && <p className={classes.navTitle}>{frameText.change}</p>}
        <Links entries={entries.change} narrow={narrow} onNavigate={onNavigate} />
        <Links entries={entries.organization} narrow={narrow} onNavigate={onNavigate} />
      </nav>
      <Connection narrow={narrow} />
    </div>
  );
}

function Links({ entries, narrow, onNavigate }: SidebarProps & { entries: Entry[] }) {
  return (
    <ul className={classes.links}>
      {entries.map(({ icon, text, to }) => (
        <li key={to}>
          <Link
            to={to}
            className={classes.link}
            activeOptions={{ exact: icon === 'folder', includeSearch: false }}
            onClick={onNavigate}
            title={narrow ? text : undefined}
            aria-label={text}
          >
            <Icon name={icon} />
            {!narrow && <span>{text}</span>}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Switcher({ narrow, onNavigate }: SidebarProps) {
  const { org, project } = useParams({ strict: false });
  const { data: session } = useQuery(sessionQuery);
  const navigate = useNavigate();
  const organizations = session?.organizations ?? [];
  const go = (to: string) => {
    onNavigate?.();
    void navigate({ to });
  };
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton className={classes.switcher} aria-label={frameText.switchProject}>
          <Icon name="chevronDown" />
          {!narrow && <span>{[org, project].filter(Boolean).join(' / ') || frameText.projects}</span>}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {organizations.map((organization) => {
          const o = `/o/${encodeURIComponent(organization.key)}`;
          const may = (name: string) => (organization.permissions as string[]).includes(name);
          return (
            <div key={organization.key}>
              <Menu.Label>{organization.name || organization.key}</Menu.Label>
              {organization.projects.map((each) => (
                <Menu.Item
                  key={each.key}
                  leftSection={<Icon name={each.key === project ? 'check' : 'flag'} />}
                  onClick={() => go(`${o}/p/${encodeURIComponent(each.key)}/flags`)}
                >
                  {each.name || each.key}
                </Menu.Item>
              ))}
              <Menu.Item leftSection={<Icon name="folder" />} onClick={() => go(o)}>
                {frameText.allProjects}
              </Menu.Item>
              {may('member.view') && (
                <>
                  <Menu.Item leftSection={<Icon name="people" />} onClick={() => go(`${o}/members`)}>
                    {frameText.members}
                  </Menu.Item>
                  <Menu.Item leftSection={<Icon name="shield" />} onClick={() => go(`${o}/roles`)}>
                    {frameText.roles}
                  </Menu.Item>
                </>
              )}
              {may('audit.view') && (
                <Menu.Item leftSection={<Icon name="list" />} onClick={() => go(`${o}/audit`)}>
                  {frameText.audit}
                </Menu.Item>
              )}
            </div>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function Connection({ narrow }: { narrow: boolean }) {
  const { project } = useParams({ strict: false });
  const live = useLive();
  if (!project) return null;
  const text =
    live.status === 'live'
      ? live.revision === undefined
        ? frameText.liveWord
        : frameText.live(live.revision)
      : live.status === 'disconnected'
        ? frameText.disconnected
        : frameText.connecting;
  return (
    <div className={classes.connection} data-status={live.status} title={narrow ? text : undefined}>
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" focusable="false">
        {live.status === 'live' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
        {live.status === 'connecting' && (
          <>
            <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
            <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" />
          </>
        )}
        {live.status === 'disconnected' && (
          <>
            <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.5" />
            <path d="M1 11L11 1" stroke="currentColor" strokeWidth="1.5" />
          </>
        )}
      </svg>
      <span className={narrow ? classes.hidden : undefined}>{text}</span>
    </div>
  );
}
