import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as base, type Cookie, expect, type Page } from '@playwright/test';
import type { Change, ChangeAnswer, Json } from '../../src/api/types';
import { freePort } from '../fixtures/port';

export const email = 'anna@acme.example';
export const password = 'correct horse battery';
export const root = '/o/default/p/first';
const organization = '/hoist/v1/organizations/default';
const project = `${organization}/projects/first`;
const binary = resolve(process.env.HOIST_BIN ?? '../target/debug/hoist');

/** One server with a database of its own, empty at first. */
export class Hoist {
  log = '';
  /** Of the one session that the tests share: signing in often is refused. */
  cookies: Cookie[] = [];
  private child: ChildProcess | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'hoist-live-'));
  private constructor(
    readonly url: string,
    private readonly first: Record<string, string>,
    private readonly more: string[],
  ) {}

  static async start(first: Record<string, string>, more: string[] = []): Promise<Hoist> {
    const hoist = new Hoist(`http://127.0.0.1:${await freePort()}`, first, more);
    await hoist.run();
    return hoist;
  }

  /** Starts the server, also again after `end`, at the same address and on the same data. */
  async run(): Promise<void> {
    const listen = ['--listen', new URL(this.url).host];
    const child = spawn(binary, ['serve', ...listen, '--log-format', 'json', ...this.more], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...this.first },
    });
    const keep = (chunk: Buffer) => {
      this.log += chunk.toString();
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.child = child;
    await expect
      .poll(async () => (await fetch(`${this.url}/readyz`).catch(() => undefined))?.status, {
        timeout: 60_000,
        message: 'the server is ready',
      })
      .toBe(200);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const { child } = this;
    if (!child) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
    this.child = undefined;
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

interface Fixtures {
  /** Signed in, at no page yet. */
  anna: Page;
}

interface WorkerFixtures {
  hoist: Hoist;
  firstRun: Record<string, string>;
  /** Further arguments of `hoist serve`. */
  serveArgs: string[];
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  firstRun: [
    { HOIST_ADMIN_EMAIL: email, HOIST_ADMIN_PASSWORD: password },
    { option: true, scope: 'worker' },
  ],
  serveArgs: [[], { option: true, scope: 'worker' }],
  hoist: [
    async ({ firstRun, serveArgs }, use) => {
      const hoist = await Hoist.start(firstRun, serveArgs);
      await use(hoist);
      await hoist.stop();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ hoist }, use) => use(hoist.url),
  anna: async ({ page, hoist }, use) => {
    await signIn(page, hoist);
    await use(page);
  },
});

const headers = { 'hoist-csrf': '1' };

/** Opens the session without the form. */
export async function signIn(page: Page, hoist: Hoist): Promise<void> {
  if (hoist.cookies.length > 0) {
    await page.context().addCookies(hoist.cookies);
    return;
  }
  const answer = await page.request.post('/hoist/v1/session', { headers, data: { email, password } });
  expect(answer.status()).toBe(200);
  hoist.cookies = await page.context().cookies();
}

/** Changes something without the console. */
export async function change(page: Page, ...changes: Change[]): Promise<ChangeAnswer> {
  const answer = await page.request.post(`${project}/changes`, { headers, data: { changes } });
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()) as ChangeAnswer;
}

/** Changes something of the organization without the console. */
export async function changeOrganization(page: Page, ...changes: Change[]): Promise<ChangeAnswer> {
  const answer = await page.request.post(`${organization}/changes`, { headers, data: { changes } });
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()) as ChangeAnswer;
}

/** Lays a project file over the project. */
export async function importProject(page: Page, file: Json): Promise<void> {
  const answer = await page.request.post(`${project}/import?from=hoist`, {
    headers,
    data: file,
    timeout: 240_000,
  });
  expect(answer.status(), (await answer.text()).slice(0, 2000)).toBe(200);
}

/** Reads something without the console. */
export async function read<T>(page: Page, path: string): Promise<T> {
  const answer = await page.request.get(project + path);
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()) as T;
}

export { expect };
