import { ActionIcon, Drawer } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { onSignedOut } from '@/api/client';
import { keys } from '@/api/keys';
import type { LiveChange } from '@/api/types';
import { LiveProvider, useLiveChange } from '@/app/live';
import { announce } from '@/components/announce';
import { Icon } from '@/components/Icon';
import { useKeys, usePrefixKeys } from '@/components/keys';
import { ToastProvider } from '@/components/Toasts';
import { usePlan } from '@/features/plan/PlanContext';
import { PlanProvider } from '@/features/plan/PlanProvider';
import { common } from '@/text/common';
import { frameText } from '@/text/frame';
import { ConnectionBand } from './ConnectionBand';
import classes from './Frame.module.css';
import { Sidebar } from './Sidebar';
import { TopBar } from './TopBar';

const KeyboardHelp = lazy(async () => ({ default: (await import('./KeyboardHelp')).KeyboardHelp }));
const loadPalette = () => import('@/features/palette/Palette');
const Palette = lazy(async () => ({ default: (await loadPalette()).Palette }));

const narrowKey = 'hoist.sidebar';
const prefixes = ['g'] as const;

/** Everything around a page of a signed-in member. */
export function Frame() {
  const { org, project } = useParams({ strict: false });
  return (
    <LiveProvider organization={org} project={project}>
      <ToastProvider>
        <PlanProvider>
          <FrameBody />
        </PlanProvider>
      </ToastProvider>
    </LiveProvider>
  );
}

function useSignedOut() {
  const navigate = useNavigate();
  const client = useQueryClient();
  useEffect(
    () =>
      onSignedOut(() => {
        client.removeQueries({ queryKey: keys.session });
        const next = window.location.pathname + window.location.search;
        void navigate({ to: '/login', search: { next } });
      }),
    [client, navigate],
  );
}

/** One polite message per burst of changes by others. */
function useAnnouncedChanges() {
  const listener = useCallback((change: LiveChange) => {
    announce(frameText.changedBy(change.actor?.name ?? frameText.system, change.summary));
  }, []);
  useLiveChange(listener);
}

/** Fetches the palette when nothing else is to do: who opens it types on at once. */
function usePaletteAtHand() {
  useEffect(() => {
    const timer = window.setTimeout(() => void loadPalette(), 1000);
    return () => window.clearTimeout(timer);
  }, []);
}

function FrameBody() {
  const [narrow, setNarrow] = useState(() => localStorage.getItem(narrowKey) === 'narrow');
  const [drawer, setDrawer] = useState(false);
  const [overlay, setOverlay] = useState<'help' | 'palette' | undefined>();
  const { org, project } = useParams({ strict: false });
  const navigate = useNavigate();
  const { undoLast } = usePlan();
  useSignedOut();
  useAnnouncedChanges();
  usePaletteAtHand();
  usePrefixKeys(prefixes);
  const go = (page: string) => {
    if (org && project) void navigate({ to: `/o/${org}/p/${project}/${page}` });
  };
  useKeys({
    'mod+k': () => setOverlay('palette'),
    '?': () => setOverlay('help'),
    z: undoLast,
    'g f': () => go('flags'),
    'g s': () => go('segments'),
    'g t': () => go('tester'),
    'g d': () => go('calendar'),
    'g a': () => go('activity'),
    'g h': () => go('history'),
    'g c': () => go('settings'),
  });
  const toggleNarrow = () => {
    setNarrow(!narrow);
    localStorage.setItem(narrowKey, narrow ? 'wide' : 'narrow');
  };
  return (
    <div className={classes.frame} data-narrow={narrow || undefined}>
      <a href="#content" className={classes.skip}>
        {frameText.skip}
      </a>
      <aside className={classes.sidebar}>
        <Sidebar narrow={narrow} />
        <ActionIcon
          className={classes.collapse}
          aria-label={narrow ? frameText.expand : frameText.collapse}
          onClick={toggleNarrow}
          size={24}
        >
          <Icon name={narrow ? 'chevronRight' : 'chevronLeft'} size={14} />
        </ActionIcon>
      </aside>
      <Drawer
        opened={drawer}
        onClose={() => setDrawer(false)}
        size={260}
        title={common.product}
        closeButtonProps={{ 'aria-label': frameText.closeNav }}
      >
        <Sidebar narrow={false} onNavigate={() => setDrawer(false)} />
      </Drawer>
      <div className={classes.column}>
        <TopBar
          onMenu={() => setDrawer(true)}
          onHelp={() => setOverlay('help')}
          onPalette={() => setOverlay('palette')}
        />
        <ConnectionBand />
        <main id="content" tabIndex={-1} className={classes.main}>
          <Suspense>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <div id="h-announcer" aria-live="polite" className={classes.hidden} />
      <Suspense>
        {overlay === 'help' && <KeyboardHelp onClose={() => setOverlay(undefined)} />}
        {overlay === 'palette' && <Palette onClose={() => setOverlay(undefined)} />}
      </Suspense>
    </div>
  );
}
