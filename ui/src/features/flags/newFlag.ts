import type { FlagKind, Json, Variant } from '@/api/types';

export const keyPattern = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$/;

/** A key made from a name: "New checkout (v2)" is "new-checkout-v2". */
export function keyFrom(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-._]+|[-._]+$/g, '')
    .slice(0, 100);
}

export interface VariantDraft {
  id: number;
  key: string;
  text: string;
}

/** The value that a text means in a flag of this kind; `undefined` when it is none. */
export function readVariant(kind: FlagKind, text: string): Json | undefined {
  const trimmed = text.trim();
  switch (kind) {
    case 'string':
      return text;
    case 'integer':
      return /^[+-]?\d+$/.test(trimmed) && Number.isSafeInteger(Number(trimmed))
        ? Number(trimmed)
        : undefined;
    case 'float':
      return trimmed !== '' && Number.isFinite(Number(trimmed)) ? Number(trimmed) : undefined;
    case 'boolean':
      return trimmed === 'true' ? true : trimmed === 'false' ? false : undefined;
    default:
      try {
        const value = JSON.parse(trimmed) as Json;
        if (kind !== 'object') return value;
        return value !== null && typeof value === 'object' ? value : undefined;
      } catch {
        return undefined;
      }
  }
}

export function variantsOf(kind: FlagKind, drafts: VariantDraft[]): Variant[] {
  return drafts.map((draft) => ({ key: draft.key.trim(), value: readVariant(kind, draft.text) }));
}
