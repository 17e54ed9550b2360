import { ActionIcon, Menu, Tooltip, UnstyledButton, useMantineColorScheme } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { api } from '@/api/client';
import { sessionQuery } from '@/api/queries';
import { Icon, type IconName } from '@/components/Icon';
import { frameText } from '@/text/frame';
import { Breadcrumbs } from './Breadcrumbs';
import classes from './Frame.module.css';

interface TopBarProps {
  onMenu: () => void;
  onHelp: () => void;
  onPalette: () => void;
}

export function TopBar({ onMenu, onHelp, onPalette }: TopBarProps) {
  return (
    <header className={classes.top}>
      <ActionIcon className={classes.burger} aria-label={frameText.openNav} onClick={onMenu}>
        <Icon name="menu" />
      </ActionIcon>
      <Breadcrumbs />
      <UnstyledButton className={classes.paletteButton} onClick={onPalette} aria-label={frameText.palette}>
        <Icon name="search" />
        <span>{frameText.palettePlaceholder}</span>
        <kbd>{frameText.paletteKey(/Mac|iP/.test(navigator.platform))}</kbd>
      </UnstyledButton>
      <ActivityLink />
      <ThemeMenu />
      <Tooltip label={`${frameText.help} (?)`}>
        <ActionIcon className={classes.helpButton} aria-label={frameText.help} onClick={onHelp}>
          <Icon name="keyboard" />
        </ActionIcon>
      </Tooltip>
      <AccountMenu />
    </header>
  );
}

/** One click away from every page of a project, also where the navigation is folded away. */
function ActivityLink() {
  const { org, project } = useParams({ strict: false });
  if (!org || !project) return null;
  return (
    <Tooltip label={`${frameText.activity} (g a)`}>
      <ActionIcon
        aria-label={frameText.activity}
        renderRoot={(props) => <Link {...props} to="/o/$org/p/$project/activity" params={{ org, project }} />}
      >
        <Icon name="activity" />
      </ActionIcon>
    </Tooltip>
  );
}

const schemes: { value: 'light' | 'dark' | 'auto'; text: string; icon: IconName }[] = [
  { value: 'light', text: frameText.themeLight, icon: 'sun' },
  { value: 'dark', text: frameText.themeDark, icon: 'moon' },
  { value: 'auto', text: frameText.themeSystem, icon: 'system' },
];

function ThemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const current = schemes.find((scheme) => scheme.value === colorScheme);
  return (
    <Menu position="bottom-end" width={180}>
      <Menu.Target>
        <ActionIcon aria-label={`${frameText.theme}: ${current?.text ?? ''}`}>
          <Icon name={current?.icon ?? 'system'} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {schemes.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            role="menuitemradio"
            aria-checked={scheme.value === colorScheme}
            leftSection={<Icon name={scheme.icon} />}
            rightSection={scheme.value === colorScheme ? <Icon name="check" /> : undefined}
            onClick={() => setColorScheme(scheme.value)}
          >
            {scheme.text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function AccountMenu() {
  const { data: session } = useQuery(sessionQuery);
  const navigate = useNavigate();
  const client = useQueryClient();
  const name = session?.user.name || session?.user.email || '';
  const initials = name
    .split(/[\s.@]+/)
    .slice(0, 2)
    .map((word) => word.charAt(0).toUpperCase())
    .join('');
  const signOut = async () => {
    await api.delete('/session').catch(() => undefined);
    client.clear();
    await navigate({ to: '/login', search: {} });
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <UnstyledButton className={classes.avatar} aria-label={frameText.accountOf(name)}>
          {initials || <Icon name="person" />}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session?.user.email}</Menu.Label>
        <Menu.Item leftSection={<Icon name="person" />} onClick={() => void navigate({ to: '/account' })}>
          {frameText.account}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="external" />} onClick={() => void signOut()}>
          {frameText.signOut}
        </Menu.Item>
        {session?.version && <Menu.Label>{frameText.versionLine(session.version)}</Menu.Label>}
      </Menu.Dropdown>
    </Menu>
  );
}
