/**
 * The part of the address behind `#`: an anchor and the context of the tester.
 *
 * Browsers do not send it, so a context never reaches a server's log through an address.
 */
import type { Json } from '@/api/types';

export type Context = Record<string, Json>;

export function anchorOf(hash: string): string | undefined {
  const first = hash.split('&')[0] ?? '';
  return first === '' || first.startsWith('ctx=') ? undefined : first;
}

export function contextOf(hash: string): Context | undefined {
  const part = hash.split('&').find((piece) => piece.startsWith('ctx='));
  if (!part) return undefined;
  try {
    const value: unknown = JSON.parse(decode(part.slice(4)));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Context)
      : undefined;
  } catch {
    return undefined;
  }
}

export function withContext(hash: string, context: Context): string {
  const rest = hash.split('&').filter((piece) => piece !== '' && !piece.startsWith('ctx='));
  if (Object.keys(context).length > 0) rest.push(`ctx=${encode(JSON.stringify(context))}`);
  return rest.join('&');
}

function encode(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function decode(text: string): string {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}
