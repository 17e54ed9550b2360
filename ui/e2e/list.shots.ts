import { test } from '@playwright/test';
import { fake, type Story } from './fixtures/server';

/** Where the pictures go. */
const folder = process.env.HOIST_SHOTS_DIR ?? 'shots';
const schemes = ['light', 'dark'] as const;
const sizes = [
  { name: '1280', width: 1280, height: 800 },
  { name: '390', width: 390, height: 844 },
] as const;
const stories: Story[] = ['full', 'empty', 'loading', 'error', 'forbidden', 'offline'];

for (const scheme of schemes) {
  for (const size of sizes) {
    test.describe(`${scheme} ${size.name}`, () => {
      test.use({ colorScheme: scheme, viewport: { width: size.width, height: size.height } });
      for (const story of stories) {
        test(`list ${story}`, async ({ page }) => {
          const server = await fake(page, { story });
          await page.goto('/o/acme/p/shop/flags');
          await page.waitForTimeout(400);
          if (story === 'offline') {
            await server.drop();
            await page.waitForTimeout(5500);
          }
          await page.screenshot({ path: `${folder}/flags-${story}-${scheme}-${size.name}.png` });
        });
      }
    });
  }
}
