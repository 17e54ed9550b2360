import { useEffect, useRef } from 'react';

const storageKey = 'hoist.single-keys';

export function singleKeysOn(): boolean {
  return localStorage.getItem(storageKey) !== 'off';
}

export function setSingleKeys(on: boolean): void {
  localStorage.setItem(storageKey, on ? 'on' : 'off');
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLInputElement) {
    return !['checkbox', 'radio', 'button', 'submit'].includes(target.type);
  }
  return ['TEXTAREA', 'SELECT'].includes(target.tagName);
}

export type KeyMap = Record<string, (event: KeyboardEvent) => void>;

interface KeyOptions {
  /** Also while a dialog is open. */
  inDialog?: boolean;
  enabled?: boolean;
}

let prefix = '';
let prefixTimer: number | undefined;

/**
 * Binds keys to the page: `j`, `?`, `mod+k`, and pairs such as `g f`. Single keys are off in inputs, in open
 * dialogs and when switched off in preferences.
 */
export function useKeys(map: KeyMap, { inDialog = false, enabled = true }: KeyOptions = {}): void {
  const latest = useRef(map);
  latest.current = map;
  useEffect(() => {
    if (!enabled) return;
    const handle = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const mod = event.ctrlKey || event.metaKey;
      const name = event.key.length === 1 ? event.key : event.key.toLowerCase();
      if (mod) {
        const bound = latest.current[`mod+${name.toLowerCase()}`];
        if (bound) {
          event.preventDefault();
          bound(event);
        }
        return;
      }
      if (event.altKey || typing(event.target)) return;
      if (event.key.length === 1 && !singleKeysOn()) return;
      if (!inDialog && document.querySelector('[role="dialog"][aria-modal="true"], [role="menu"]')) return;
      const bound = latest.current[prefix ? `${prefix} ${name}` : name];
      if (bound) {
        event.preventDefault();
        bound(event);
      }
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, [enabled, inDialog]);
}

/** Remembers `g` for a second, for pairs of keys. Mounted once, by the frame. */
export function usePrefixKeys(prefixes: readonly string[]): void {
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      window.clearTimeout(prefixTimer);
      if (!prefix && prefixes.includes(event.key)) {
        // After the other listeners saw this very key.
        window.setTimeout(() => {
          prefix = event.key;
        });
        prefixTimer = window.setTimeout(() => {
          prefix = '';
        }, 1000);
      } else {
        window.setTimeout(() => {
          prefix = '';
        });
      }
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, [prefixes]);
}
