import { Menu, Popover, TextInput, UnstyledButton } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { keys } from '@/api/keys';
import type { FlagPage } from '@/api/types';
import { useEnvironments, useScope } from '@/app/scope';
import { EnvironmentBadge } from '@/components/EnvironmentBadge';
import { Icon } from '@/components/Icon';
import { frameText } from '@/text/frame';
import classes from './Frame.module.css';

const pages: Record<string, string> = {
  flags: frameText.flags,
  segments: frameText.segments,
  tester: frameText.tester,
  calendar: frameText.calendar,
  activity: frameText.activity,
  history: frameText.history,
  settings: frameText.settings,
  members: frameText.members,
  roles: frameText.roles,
  audit: frameText.audit,
  account: frameText.account,
};

/** Where the page is; the segments of a flag and of an environment are menus. */
export function Breadcrumbs() {
  const { org, project, flag, env, segment } = useParams({ strict: false });
  const path = useLocation({ select: (location) => location.pathname });
  const rest = project ? path.split('/').slice(5) : path.split('/').slice(org ? 3 : 1);
  const page = rest[0] ?? '';
  const root = project ? `/o/${org}/p/${project}` : `/o/${org}`;
  const word = pages[page] ?? (org && !project ? frameText.projects : '');
  return (
    <nav aria-label={frameText.breadcrumbs} className={classes.crumbs}>
      <ol>
        {word && (
          <li>
            <Link
              to={page === 'account' ? '/account' : page ? `${root}/${page}` : root}
              className={classes.crumb}
            >
              {word}
            </Link>
          </li>
        )}
        {segment && (
          <li>
            <span className={classes.crumbKey}>{segment}</span>
          </li>
        )}
        {flag && (
          <li>
            <FlagCrumb flag={flag} />
          </li>
        )}
        {flag && env && (
          <li>
            <EnvironmentCrumb flag={flag} env={env} />
          </li>
        )}
      </ol>
    </nav>
  );
}

function FlagCrumb({ flag }: { flag: string }) {
  const { organization, project, path } = useScope();
  const [opened, setOpened] = useState(false);
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text, 120);
  const to = { to: '/o/$org/p/$project/flags/$flag' } as const;
  const here = { org: organization, project };
  const { data } = useQuery({
    queryKey: keys.flags(organization, project, { jump: query }),
    queryFn: ({ signal }) => api.get<FlagPage>(`${path}/flags`, { signal, query: { q: query, limit: 10 } }),
    enabled: opened,
  });
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={300} trapFocus returnFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.crumbMenu}
          aria-label={frameText.jumpFlag(flag)}
          onClick={() => setOpened(!opened)}
        >
          <span className={classes.crumbKey}>{flag}</span>
          <Icon name="chevronDown" size={12} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={frameText.findFlag}>
        <TextInput
          data-autofocus
          aria-label={frameText.findFlag}
          placeholder={frameText.findFlag}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <ul className={classes.links}>
          <li>
            <Link
              {...to}
              params={{ ...here, flag }}
              className={classes.link}
              onClick={() => setOpened(false)}
            >
              {frameText.overview}
            </Link>
          </li>
          {data?.items.map((item) => (
            <li key={item.key}>
              <Link
                {...to}
                params={{ ...here, flag: item.key }}
                className={classes.link}
                onClick={() => setOpened(false)}
              >
                <span className={classes.crumbKey}>{item.key}</span>
              </Link>
            </li>
          ))}
        </ul>
        {data?.items.length === 0 && <p className={classes.navTitle}>{frameText.noneFound}</p>}
      </Popover.Dropdown>
    </Popover>
  );
}

function EnvironmentCrumb({ flag, env }: { flag: string; env: string }) {
  const { organization, project } = useScope();
  const environments = useEnvironments();
  const navigate = useNavigate();
  const current = environments.find((environment) => environment.key === env);
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.crumbMenu} aria-label={frameText.jumpEnvironment(env)}>
          {current ? (
            <EnvironmentBadge environment={current} />
          ) : (
            <span className={classes.crumbKey}>{env}</span>
          )}
          <Icon name="chevronDown" size={12} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {environments.map((environment) => (
          <Menu.Item
            key={environment.key}
            onClick={() =>
              void navigate({
                to: '/o/$org/p/$project/flags/$flag/e/$env',
                params: { org: organization, project, flag, env: environment.key },
              })
            }
          >
            <EnvironmentBadge environment={environment} long />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
