import { Button, Skeleton } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { Problem } from '@/api/client';
import { common } from '@/text/common';
import { CopyButton } from './CopyButton';
import { Icon } from './Icon';
import classes from './Status.module.css';

interface ErrorPanelProps {
  error: unknown;
  /** What failed, as the subject of a sentence: "The list of flags". */
  what: string;
  retry?: () => void;
}

/** An error in its place; the rest of the page stays alive. */
export function ErrorPanel({ error, what, retry }: ErrorPanelProps) {
  const problem = error instanceof Problem ? error : undefined;
  const text = problem?.offline
    ? common.offlineDetail
    : ((problem?.detail || problem?.title) ?? String(error));
  const missing = problem?.missing || problem?.forbidden;
  return (
    <div className={classes.panel} role="alert">
      <Icon name="warn" className={classes.icon} />
      <div>
        <p className={classes.title}>{missing ? common.missingTitle : common.failed(what)}</p>
        <p className={classes.text}>{missing ? common.missingDetail : text}</p>
        {problem?.requestId && (
          <p className={classes.meta}>
            {common.requestId(problem.requestId)}
            <CopyButton value={problem.requestId} what={common.requestId(problem.requestId)} />
          </p>
        )}
        {retry && !missing && (
          <Button size="xs" variant="default" onClick={retry}>
            {common.retry}
          </Button>
        )}
      </div>
    </div>
  );
}

interface EmptyStateProps {
  title: string;
  text?: string;
  /** A command line that does the same. */
  command?: string;
  children?: ReactNode;
}

export function EmptyState({ title, text, command, children }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <p className={classes.title}>{title}</p>
      {text && <p className={classes.text}>{text}</p>}
      {children && <div className={classes.actions}>{children}</div>}
      {command && (
        <p className={classes.command}>
          <code>{command}</code>
          <CopyButton value={command} what={command} />
        </p>
      )}
    </div>
  );
}

/** Shows its children after 150 ms, so that quick answers do not flash. */
export function Delayed({ children, after = 150 }: { children: ReactNode; after?: number }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setShown(true), after);
    return () => window.clearTimeout(timer);
  }, [after]);
  return shown ? children : null;
}

export function ListSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label={common.loading} className={classes.skeleton}>
      <Delayed>
        {Array.from({ length: rows }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows without identity
          <Skeleton key={index} height={20} width={`${92 - ((index * 7) % 30)}%`} />
        ))}
      </Delayed>
    </div>
  );
}

/** A 2 px bar at the top while old rows are kept and new ones are awaited for longer than 400 ms. */
export function BusyBar({ busy }: { busy: boolean }) {
  if (!busy) return null;
  return (
    <Delayed after={400}>
      <div className={classes.busy} aria-hidden="true" />
    </Delayed>
  );
}

export function Note({ tone, children }: { tone: 'info' | 'warn' | 'danger' | 'on'; children: ReactNode }) {
  const icon = tone === 'info' ? 'info' : tone === 'on' ? 'check' : 'warn';
  return (
    <div className={classes.note} data-tone={tone}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}
