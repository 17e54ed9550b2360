import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HistoryItem, Page as Items } from '../../src/api/types';
import { change, expect, read, signIn, test } from './hoist';

// Nothing is changed from a page of somebody else, whatever it can make a browser send with our cookie.

interface OpenApi {
  paths: Record<string, Record<string, { responses?: Record<string, unknown> }>>;
}

interface Target {
  method: string;
  path: string;
}

const unsafe = ['post', 'put', 'patch', 'delete'];

/** Things that exist, so that nothing is refused for being absent. */
const filled: Record<string, string> = {
  organization: 'default',
  project: 'first',
  environment: 'dev',
  flag: 'target',
  segment: 'target',
  revision: '1',
};

let targets: Target[] = [];
let [routes, refused] = [0, 0];
let elsewhere: Server;
/** Another site, where the browser keeps our cookie back; and another origin of our site, where it does not. */
let origins: Record<'site' | 'origin', string> = { site: '', origin: '' };

test.beforeAll(async ({ browser, hoist }) => {
  const page = await browser.newPage({ baseURL: hoist.url });
  await signIn(page, hoist);
  await change(
    page,
    { flag: { create: { key: 'target', kind: 'boolean' } } },
    { segment: { create: { key: 'target', members: ['ann'] } } },
  );
  const { paths } = (await (await page.request.get('/hoist/v1/openapi.json')).json()) as OpenApi;
  targets = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => unsafe.includes(method))
      .map((method) => ({
        method: method.toUpperCase(),
        path: path.replaceAll(
          /\{(\w+)\}/g,
          (_, name: string) => filled[name] ?? '01900000-0000-7000-8000-000000000000',
        ),
      })),
  );
  await page.close();
  elsewhere = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end('<!doctype html><title>elsewhere</title>');
  });
  await new Promise<void>((done) => elsewhere.listen(0, '127.0.0.1', done));
  const { port } = elsewhere.address() as AddressInfo;
  origins = { site: `http://localhost:${port}`, origin: `http://127.0.0.1:${port}` };
});

test.afterAll(() => {
  elsewhere.close();
  process.stdout.write(`    torture: csrf routes=${routes} refused=${refused}\n`);
});

/** Keys of software need no cookie: what they ask for is open to any page, and changes nothing. */
const isOpen = ({ path }: Target) => path === '/hoist/v1/evaluate';

const newest = async (page: Parameters<typeof read>[0]) =>
  (await read<Items<HistoryItem>>(page, '/history?limit=1')).items[0]?.revision;

test('the table of routes is the one that is attacked', async () => {
  expect(targets.length).toBeGreaterThan(40);
  expect(targets.map(({ path }) => path)).toContain(
    '/hoist/v1/organizations/default/projects/first/flags/target',
  );
});

test('a session without the word of our own pages changes nothing, on any route', async ({
  anna: page,
  hoist,
}) => {
  const before = await newest(page);
  const cookie = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  /** What a foreign page makes a browser send, and what our own page would send from elsewhere. */
  const ways: Record<string, string>[] = [
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'application/json', origin: 'https://evil.example' },
    { 'content-type': 'application/json', origin: 'null' },
    { 'content-type': 'application/json', 'sec-fetch-site': 'cross-site', 'hoist-csrf': '1' },
    { 'content-type': 'application/json', 'sec-fetch-site': 'same-site', 'hoist-csrf': '1' },
  ];
  const attacked = targets.filter((each) => !isOpen(each));
  routes = attacked.length;
  for (const target of attacked) {
    for (const headers of ways) {
      const answer = await fetch(hoist.url + target.path, {
        method: target.method,
        headers: { ...headers, cookie },
        body: JSON.stringify({ key: 'planted', name: 'planted', on: true, changes: [] }),
      });
      const told = `${target.method} ${target.path} ${JSON.stringify(headers)}`;
      expect(answer.status, told).toBe(403);
      expect(((await answer.json()) as { code: string }).code, told).toBe('cross_site');
    }
    refused += 1;
  }
  expect(await newest(page), 'nothing was changed').toBe(before);
});

for (const from of ['site', 'origin'] as const) {
  test(`a browser on a page of another ${from} changes nothing with forms and requests`, async ({
    anna: page,
    hoist,
  }) => {
    test.setTimeout(240_000);
    const origin = origins[from];
    const before = await newest(page);
    const attacked = targets.filter((each) => !isOpen(each));
    const foreign = await page.context().newPage();
    await foreign.goto(origin);
    const seen = await foreign.evaluate(
      async ([base, all]) => {
        const results: { status: string }[] = [];
        for (const { method, path } of all) {
          // Simple requests leave without asking; anything else is asked about first, and the answer is no.
          for (const init of [
            {
              method: 'POST',
              mode: 'no-cors',
              headers: { 'content-type': 'text/plain' },
              body: '{"on":true}',
            },
            {
              method,
              mode: 'cors',
              headers: { 'content-type': 'application/json', 'hoist-csrf': '1' },
              body: '{}',
            },
          ] as RequestInit[]) {
            const status = await fetch(base + path, { ...init, credentials: 'include' }).then(
              (answer) => answer.type,
              () => 'refused',
            );
            results.push({ status });
          }
        }
        return results;
      },
      [hoist.url, attacked] as const,
    );
    // What could be read would be an answer of ours that opens itself to others.
    expect(seen.filter(({ status }) => status !== 'opaque' && status !== 'refused')).toEqual([]);
    // A form goes to an address as if a person had sent it, into a new window.
    for (const path of [
      '/hoist/v1/session/password',
      '/hoist/v1/organizations/default/projects/first/changes',
      '/hoist/v1/organizations/default/projects/first/flags',
      '/hoist/v1/organizations/default/projects/first/flags/target/environments/dev/switch',
    ]) {
      for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
        await foreign.goto(origin);
        const answered = foreign.waitForResponse((answer) => new URL(answer.url()).pathname === path);
        await foreign.evaluate(
          ([action, kind]) => {
            const form = document.createElement('form');
            Object.assign(form, { action, method: 'POST', enctype: kind });
            const field = document.createElement('input');
            Object.assign(field, { name: '{"on":true,"x":"', value: '"}' });
            form.append(field);
            document.body.append(form);
            form.submit();
          },
          [hoist.url + path, enctype] as const,
        );
        // With a cookie it is refused as foreign; without one nobody is signed in.
        expect((await answered).status(), `${path} ${enctype}`).toBe(from === 'site' ? 401 : 403);
        await foreign.waitForURL(hoist.url + path);
      }
    }
    // Nor is a socket opened with our cookie, nor a page of ours shown in a frame.
    await foreign.goto(origin);
    const socket = await foreign.evaluate(
      (url) =>
        new Promise<string>((done) => {
          const made = new WebSocket(`${url.replace('http', 'ws')}/hoist/v1/ws`);
          made.onopen = () => done('open');
          made.onerror = () => done('refused');
        }),
      hoist.url,
    );
    expect(socket).toBe('refused');
    const framed = foreign.waitForEvent('requestfailed', (request) => request.url().startsWith(hoist.url));
    await foreign.evaluate((url) => {
      const frame = document.createElement('iframe');
      frame.src = url;
      document.body.append(frame);
    }, hoist.url);
    expect((await framed).failure()?.errorText).toMatch(/BLOCKED/);
    await foreign.close();
    expect(await newest(page), 'nothing was changed').toBe(before);
    const own = await page.request.get('/hoist/v1/session');
    expect(own.status(), 'the session goes on').toBe(200);
  });
}
