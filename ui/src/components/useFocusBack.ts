import { useEffect, useState } from 'react';

/** What had the focus before the first of the dialogs that followed each other. */
let opener: HTMLElement | undefined;

/** Gives the focus back to what had it, once the dialog that calls this is gone. */
export function useFocusBack(): void {
  const [before] = useState(() => {
    const active = document.activeElement;
    if (!(active instanceof HTMLElement) || active === document.body) return undefined;
    if (!active.closest('[role="dialog"]')) opener = active;
    return active;
  });
  useEffect(
    () => () => {
      // Something else may have taken it already, or the next dialog will.
      const { activeElement } = document;
      if (activeElement && activeElement !== document.body) return;
      const back = before?.isConnected ? before : opener;
      back?.focus({ preventScroll: true });
    },
    [before],
  );
}
