import type { QueryClient } from '@tanstack/react-query';
import { address } from './client';
import type { LiveChange, Revision } from './types';

export type LiveStatus = 'connecting' | 'live' | 'disconnected';

export interface LiveState {
  status: LiveStatus;
  /** The newest revision heard of. */
  revision: Revision | undefined;
  /** When the revision was heard of. */
  at: number | undefined;
  /** When the connection was lost. */
  since: number | undefined;
}

export const notConnected: LiveState = {
  status: 'connecting',
  revision: undefined,
  at: undefined,
  since: undefined,
};

type ChangeListener = (change: LiveChange) => void;

const retries = [1000, 2000, 3000, 5000];
const grace = 2000;

/**
 * One stream of changes for one project. Reconnects by itself; when it comes back at another revision than it
 * left, everything of the project is read again.
 */
export class LiveStream {
  state: LiveState = notConnected;
  private source: EventSource | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly changes = new Set<ChangeListener>();
  private attempt = 0;
  private timer: number | undefined;
  private graceTimer: number | undefined;
  private closed = false;

  constructor(
    private readonly organization: string,
    private readonly project: string,
    private readonly client: QueryClient,
  ) {}

  open(): void {
    this.closed = false;
    const source = new EventSource(address('/events'));
    this.source = source;
    source.addEventListener('connected', (event) => this.connected(revisionOf(event)));
    source.addEventListener('change', (event) => this.changed(event));
    // The server no longer knows what was missed.
    source.addEventListener('reset', () => this.readAgain());
    source.onerror = () => this.lost();
  }

  close(): void {
    this.closed = true;
    this.source?.close();
    window.clearTimeout(this.timer);
    window.clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
  }

  /** Tries at once, for the button in the band. */
  retry(): void {
    this.close();
    this.attempt = 0;
    this.open();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  onChange(listener: ChangeListener): () => void {
    this.changes.add(listener);
    return () => this.changes.delete(listener);
  }

  private set(next: Partial<LiveState>): void {
    this.state = { ...this.state, ...next };
    for (const listener of this.listeners) listener();
  }

  private connected(revision: Revision | undefined): void {
    this.attempt = 0;
    window.clearTimeout(this.graceTimer);
    this.graceTimer = undefined;
    const missed = this.state.revision !== undefined && revision !== this.state.revision;
    const back = this.state.status === 'disconnected';
    this.set({ status: 'live', revision: revision ?? this.state.revision, at: Date.now(), since: undefined });
    if (missed || back) this.readAgain();
  }

  private readAgain(): void {
    void this.client.invalidateQueries({ queryKey: ['project', this.organization, this.project] });
  }

  private changed(event: Event): void {
    const change = parse<LiveChange>(event);
    if (!change) return;
    this.set({ status: 'live', revision: change.revision, at: Date.now(), since: undefined });
    if (change.project && change.project !== this.project) return;
    invalidate(this.client, this.organization, this.project, change);
    for (const listener of this.changes) listener(change);
  }

  private lost(): void {
    this.source?.close();
    if (this.closed) return;
    if (this.state.status !== 'disconnected' && this.graceTimer === undefined) {
      const since = Date.now();
      this.graceTimer = window.setTimeout(() => this.set({ status: 'disconnected', since }), grace);
    }
    const wait = retries[Math.min(this.attempt, retries.length - 1)];
    this.attempt += 1;
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.open(), wait);
  }
}

function parse<T>(event: Event): T | undefined {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as T;
  } catch {
    return undefined;
  }
}

function revisionOf(event: Event): Revision | undefined {
  return parse<{ revision: Revision }>(event)?.revision;
}

/** The flag that a touched settings document is of: its key is the flag's, or begins with it. */
export function flagKeys(key: string): string[] {
  const [flag = key] = key.split(/\/| in /);
  return flag === key ? [key] : [key, flag];
}

/** A list of touched documents of this length may have been cut off. */
const cutOff = 200;

/** What to read again after a change, by the kind and key of each touched document. */
export function staleKeys(organization: string, project: string, change: LiveChange): readonly unknown[][] {
  const root = ['project', organization, project];
  const result = new Map<string, unknown[]>();
  const add = (...rest: unknown[]) => {
    const key = [...root, ...rest];
    result.set(JSON.stringify(key), key);
  };
  if (change.touched.length >= cutOff) return [root];
  add('history');
  add('explain');
  for (const { kind, key } of change.touched) {
    switch (kind) {
      case 'flag':
      case 'config':
      case 'flag_config':
      case 'overrides':
      case 'kill':
        add('flags');
        add('attributes');
        add('timeline');
        for (const flag of flagKeys(key)) add('flag', flag);
        break;
      case 'segment':
      case 'members':
      case 'segment_members':
        add('segments');
        add('segment', key);
        break;
      case 'credential':
        add('credentials');
        break;
      case 'member':
        add('members');
        result.set('members', ['organization', organization, 'members']);
        break;
      default:
        result.set('all', root);
        result.set('session', ['session']);
    }
  }
  return [...result.values()];
}

export function invalidate(
  client: QueryClient,
  organization: string,
  project: string,
  change: LiveChange,
): void {
  for (const queryKey of staleKeys(organization, project, change))
    void client.invalidateQueries({ queryKey });
}
