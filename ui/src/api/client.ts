import type { FieldProblem, Plan, ProblemBody, Winner } from './types';

export const API = '/hoist/v1';

/** What the server (or the network) refused, in one shape. `status` 0 means that no answer arrived. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly problems: FieldProblem[];
  readonly winner: Winner | undefined;
  readonly plan: Plan | undefined;

  constructor(status: number, body: ProblemBody) {
    const title = body.title ?? `HTTP ${status}`;
    super(body.detail ? `${title}: ${body.detail}` : title);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'network' : `http_${status}`);
    this.title = title;
    this.detail = body.detail ?? '';
    this.requestId = body.request_id;
    this.problems = body.problems ?? [];
    this.winner = body.winner;
    this.plan = body.plan;
  }

  get offline(): boolean {
    return this.status === 0;
  }

  get forbidden(): boolean {
    return this.status === 403;
  }

  get missing(): boolean {
    return this.status === 404;
  }

  get conflict(): boolean {
    return this.status === 409 || this.status === 412;
  }
}

export type QueryValue = string | number | boolean | undefined | null;

export interface RequestOptions {
  query?: Record<string, QueryValue>;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export function address(path: string, query?: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(key, String(value));
  }
  const tail = search.toString();
  return `${API}${path}${tail ? `?${tail}` : ''}`;
}

type SignedOutListener = () => void;
const signedOut = new Set<SignedOutListener>();

/** Calls the listener when any request is answered with 401. */
export function onSignedOut(listener: SignedOutListener): () => void {
  signedOut.add(listener);
  return () => signedOut.delete(listener);
}

async function problemOf(response: Response): Promise<Problem> {
  let body: ProblemBody = {};
  try {
    const parsed: unknown = await response.json();
    if (parsed && typeof parsed === 'object') body = parsed as ProblemBody;
  } catch {
    // Not JSON: a proxy's page. The status says enough.
  }
  const requestId = body.request_id ?? response.headers.get('x-request-id') ?? undefined;
  return new Problem(response.status, { ...body, request_id: requestId });
}

async function send<T>(method: string, path: string, body: unknown, options: RequestOptions): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: options.signal };
  if (method !== 'GET') headers['hoist-csrf'] = '1';
  if (body !== undefined) {
    if (typeof body === 'string') {
      headers['content-type'] ??= 'text/plain; charset=utf-8';
      init.body = body;
    } else {
      headers['content-type'] = 'application/json';
      init.body = JSON.stringify(body);
    }
  }
  let response: Response;
  try {
    response = await fetch(address(path, options.query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem(0, { title: 'No answer', detail: 'The server could not be reached.' });
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (problem.status === 401 && path !== '/session') for (const listener of signedOut) listener();
    throw problem;
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

export const api = {
  get: <T>(path: string, options: RequestOptions = {}) => send<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options: RequestOptions = {}) =>
    send<T>('POST', path, body, options),
  delete: <T>(path: string, options: RequestOptions = {}) => send<T>('DELETE', path, undefined, options),
};
