import type { Page, Response } from '@playwright/test';

declare global {
  interface Window {
    hoistCanary: () => void;
    hoistReport: (what: string) => void;
  }
}

/** What must never happen on a page, as it happens. */
export class Canary {
  readonly executions: string[] = [];
  readonly reports: string[] = [];
  /** Policies that are not strict, and answers of pages without one. */
  readonly lax: string[] = [];
  pages = 0;

  /** Watches a page and all its frames from their first script on. Call it before the page is opened. */
  static async on(page: Page): Promise<Canary> {
    const canary = new Canary();
    const context = page.context();
    await context.exposeBinding('hoistCanary', ({ frame }) => void canary.executions.push(frame.url()));
    await context.exposeBinding('hoistReport', (_, what: string) => void canary.reports.push(what));
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { effectiveDirective, blockedURI, sample } = event;
        window.hoistReport(`${location.pathname}: ${effectiveDirective} ${blockedURI} ${sample}`);
      });
    });
    page.on('dialog', (dialog) => {
      canary.executions.push(`dialog ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('response', (response) => canary.look(response));
    // Whatever is taken for an address would be asked for.
    await context.route(
      ({ hostname }) => hostname.endsWith('evil.example'),
      (route) => {
        canary.executions.push(`asked for ${route.request().url()}`);
        return route.abort();
      },
    );
    return canary;
  }

  private look(response: Response): void {
    if (response.request().resourceType() !== 'document') return;
    this.pages += 1;
    const wrong = laxIn(response.headers()['content-security-policy'] ?? '');
    if (wrong.length > 0) this.lax.push(`${response.url()}: ${wrong.join(', ')}`);
  }
}

/** What a policy would have to say and does not. */
export function laxIn(policy: string): string[] {
  const found = new Map(
    policy.split(';').map((part): [string, string[]] => {
      const [name = '', ...values] = part.trim().split(/\s+/);
      return [name, values];
    }),
  );
  const scripts = found.get('script-src') ?? found.get('default-src') ?? ['*'];
  const wrong = scripts
    .filter((source) => !(source === "'self'" || /^'nonce-[A-Za-z0-9+/=]{16,}'$/.test(source)))
    .map((source) => `scripts from ${source}`);
  const styles = found.get('style-src') ?? found.get('default-src') ?? ['*'];
  if (styles.some((source) => /unsafe|\*|^https?:|^data:/.test(source)))
    wrong.push(`styles from ${styles.join(' ')}`);
  const fixed: [directive: string, values: string[]][] = [
    ['object-src', ["'none'"]],
    ['base-uri', ["'none'"]],
    ['form-action', ["'self'"]],
    ['frame-ancestors', ["'none'"]],
    ['connect-src', ["'self'"]],
  ];
  for (const [directive, values] of fixed) {
    const said = found.get(directive)?.join(' ');
    if (said !== values.join(' ')) wrong.push(`${directive} is ${said ?? 'absent'}`);
  }
  return wrong;
}
