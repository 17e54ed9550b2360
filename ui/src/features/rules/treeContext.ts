import { createContext, useContext } from 'react';
import type { KnownAttributes } from './attributes';
import type { Moved, Path } from './condition';
import type { DragHandle } from './useTreeDrag';
import type { Found } from './validate';
import type { Condition } from './wire';

export interface TreeApi {
  root: Condition | undefined;
  readOnly: boolean;
  attributes: KnownAttributes;
  problems: readonly Found[];
  /** The row that holds the tab stop. */
  active: string;
  setActive: (path: Path) => void;
  /** Stores a new tree; `focus` is the row that gets the focus afterwards. */
  apply: (next: Condition | undefined, focus?: Path) => void;
  /** The same for a row that was moved, however: by key, button or drag. */
  moved: (next: Moved | undefined) => void;
  /** What a row's handle listens to; absent where rows are not dragged. */
  handle: ((path: Path) => DragHandle) | undefined;
  /** Shows a deep group on its own. */
  open: (path: Path) => void;
}

export const TreeContext = createContext<TreeApi | undefined>(undefined);

export function useTree(): TreeApi {
  const api = useContext(TreeContext);
  if (!api) throw new Error('a part of the condition editor stands outside of it');
  return api;
}

export const pathId = (path: Path): string => `/${path.join('/')}`;

export function readPath(text: string | undefined): Path {
  return (text ?? '').split('/').filter(Boolean).map(Number);
}
