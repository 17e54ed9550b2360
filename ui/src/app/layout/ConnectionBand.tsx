import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useLive, useLiveStream } from '@/app/live';
import { Icon } from '@/components/Icon';
import { frameText } from '@/text/frame';
import classes from './Frame.module.css';

function clock(at: number | undefined): string {
  return at === undefined
    ? '–'
    : new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(at);
}

function elapsed(since: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Says that what is on screen may be old, and since when. */
export function ConnectionBand() {
  const live = useLive();
  const stream = useLiveStream();
  const [now, setNow] = useState(Date.now);
  const lost = live.status === 'disconnected';
  useEffect(() => {
    if (!lost) return;
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, [lost]);
  return (
    <div role="status">
      {lost && (
        <div className={classes.band}>
          <Icon name="warn" />
          <span>
            {frameText.disconnectedBand(
              elapsed(live.since ?? now, now),
              live.revision === undefined ? frameText.someRevision : frameText.revision(live.revision),
              clock(live.at),
            )}
          </span>
          <Button size="compact-xs" variant="default" onClick={() => stream?.retry()}>
            {frameText.reconnect}
          </Button>
        </div>
      )}
    </div>
  );
}
