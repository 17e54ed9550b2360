import { loadavg } from 'node:os';
import { type CDPSession, expect, type Page, test } from '@playwright/test';

declare global {
  interface Window {
    /** Milliseconds of each task that held the page up for 50 ms or longer. */
    hoistLong: number[];
    /** Milliseconds from the start of the visit until its first row was on screen. */
    hoistRows: number | undefined;
    hoistVisit: (selector: string) => void;
  }
}

/** Watches what the page does from its first script on. Call it before the page is opened. */
export async function watchVisits(page: Page, selector: string): Promise<void> {
  await page.addInitScript((first) => {
    window.hoistLong = [];
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) window.hoistLong.push(duration);
    }).observe({ type: 'longtask', buffered: true });
    let observer: MutationObserver | undefined;
    const visit = (began: number, wanted: string) => {
      observer?.disconnect();
      window.hoistRows = undefined;
      observer = new MutationObserver(() => {
        if (!document.querySelector(wanted)) return;
        observer?.disconnect();
        requestAnimationFrame(() => {
          window.hoistRows = performance.now() - began;
        });
      });
      observer.observe(document, { subtree: true, childList: true });
    };
    window.hoistVisit = (wanted) => visit(performance.now(), wanted);
    visit(0, first);
  }, selector);
}

/** Milliseconds until the first row of the visit that was begun last. */
export async function firstRows(page: Page): Promise<number> {
  const handle = await page.waitForFunction(() => window.hoistRows);
  return (await handle.jsonValue()) as number;
}

export const longest = (page: Page) => page.evaluate(() => Math.max(0, ...window.hoistLong));

export interface Weight {
  heapBytes: number;
  nodes: number;
  listeners: number;
}

/** What the page holds when everything that may be forgotten is forgotten. */
export async function weigh(session: CDPSession): Promise<Weight> {
  await session.send('HeapProfiler.enable');
  // What was freed by the first may have held what the second frees.
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
  return { heapBytes: usedSize, nodes, listeners: jsEventListeners };
}

/** Prints a figure with its bound; over it the test fails only where HOIST_STRICT_TIMES is set. */
export function figure(name: string, ms: number, bound: number): void {
  const missed = ms > bound;
  const line = `${name}: ${Math.round(ms)} of ${bound} ms${missed ? ' MISSED' : ''}; load ${loadavg()[0]?.toFixed(1)}`;
  process.stdout.write(`    ${line}\n`);
  test.info().annotations.push({ type: missed ? 'missed' : 'figures', description: line });
  if (process.env.HOIST_STRICT_TIMES) expect(ms, name).toBeLessThanOrEqual(bound);
}
