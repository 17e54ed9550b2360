import { expect, type Page, test } from '@playwright/test';
import { still } from './fixtures/a11y';
import { fake } from './fixtures/server';

const list = '/o/acme/p/shop/flags';

/** How many shades (of 256) two pictures differ by, at most, in their places. */
async function difference(page: Page, a: Buffer, b: Buffer): Promise<number> {
  return page.evaluate(
    async (sources) => {
      const pixels = await Promise.all(
        sources.map(async (source) => {
          const image = new Image();
          image.src = `data:image/png;base64,${source}`;
          await image.decode();
          const canvas = new OffscreenCanvas(28, 28);
          const context = canvas.getContext('2d');
          context?.drawImage(image, 0, 0, 28, 28);
          return context?.getImageData(0, 0, 28, 28).data ?? new Uint8ClampedArray();
        }),
      );
      const [first, second] = pixels;
      return Math.max(...Array.from(first ?? [], (shade, at) => Math.abs(shade - (second?.[at] ?? 0))));
    },
    [a.toString('base64'), b.toString('base64')],
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`without colours states and protection are told apart: ${colorScheme}`, async ({ page }, info) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await fake(page);
    await page.goto(list);
    await page.getByText('of 120').waitFor();
    await page.evaluate(() => {
      document.documentElement.style.filter = 'grayscale(1)';
    });
    await still(page);
    const states = ['on', 'off', 'ramping', 'paused', 'killed', 'broken'];
    const marks: { state: string; words: string; picture: Buffer }[] = [];
    for (const state of states) {
      const mark = page.locator(`main [data-state="${state}"]`).first();
      const words = ((await mark.textContent()) ?? '').replace(/[\d %.]/g, '');
      marks.push({ state, words, picture: await mark.locator('svg').screenshot() });
    }
    expect(new Set(marks.map(({ words }) => words)).size).toBe(states.length);
    for (const one of marks) {
      for (const other of marks) {
        if (one.state >= other.state) continue;
        const shades = await difference(page, one.picture, other.picture);
        expect(shades, `${one.state} and ${other.state}`).toBeGreaterThan(64);
      }
    }
    const badge = (name: string) => page.getByRole('columnheader', { name }).first();
    expect(await badge('prod').getByLabel('protected').count()).toBe(1);
    expect(await badge('dev').getByLabel('protected').count()).toBe(0);
    const ground = (name: string) =>
      badge(name)
        .locator('span')
        .filter({ hasText: name })
        .first()
        .evaluate((each) => getComputedStyle(each).backgroundColor);
    expect(await ground('prod')).not.toBe(await ground('dev'));
    const folder = process.env.HOIST_SHOTS_DIR;
    const path = folder ? `${folder}/stories/grey-${colorScheme}.png` : info.outputPath('grey.png');
    await page.screenshot({ path });
  });
}
