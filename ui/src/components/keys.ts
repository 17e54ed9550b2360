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

/** The first key of a pair. It holds for the next key alone, which every listener must see. */
let prefix: { key: string; pressed: Event; spent: Event | undefined; at: number } | undefined;
/** How long the second key of a pair may take. */
const pairMs = 1000;

function prefixOf(event: KeyboardEvent): string | undefined {
  if (!prefix || prefix.pressed === event || event.timeStamp - prefix.at > pairMs) return undefined;
  return prefix.spent === undefined || prefix.spent === event ? prefix.key : undefined;
}

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
      const first = prefixOf(event);
      const bound = latest.current[first ? `${first} ${name}` : name];
      if (bound) {
        event.preventDefault();
        bound(event);
      }
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, [enabled, inDialog]);
}

/** Remembers `g` for pairs of keys. Mounted once, by the frame. */
export function usePrefixKeys(prefixes: readonly string[]): void {
  useEffect(() => {
    const handle = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if (prefixOf(event) === undefined && prefixes.includes(event.key))
        prefix = { key: event.key, pressed: event, spent: undefined, at: event.timeStamp };
      else if (prefix && prefix.spent === undefined) prefix.spent = event;
    };
    window.addEventListener('keydown', handle);
    return () => window.removeEventListener('keydown', handle);
  }, [prefixes]);
}
