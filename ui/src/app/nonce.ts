let known: string | undefined;

/** The nonce the server wrote into the page, for styles made at run time. */
export function nonce(): string {
  known ??= document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
  return known;
}
