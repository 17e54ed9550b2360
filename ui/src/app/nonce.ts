let known: string | undefined;

/** The nonce the server wrote into the page, for styles made at run time. */
export function nonce(): string {
  if (known === undefined) {
    known = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
    // What locks scrolling behind a dialog makes a style of its own, and asks for the nonce by this name.
    Object.assign(globalThis, { __webpack_nonce__: known });
  }
  return known;
}
