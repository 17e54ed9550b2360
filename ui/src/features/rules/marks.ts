import { createContext, useContext } from 'react';
import type { Json } from './wire';

/** What a part of a condition was for the test subject. */
export interface NodeMark {
  result: 'yes' | 'no' | 'unreached' | 'error';
  /** The value the test saw; with `absent` there was none. */
  actual?: Json;
  absent?: boolean;
  detail?: string;
}

/** Marks by pointer into the condition; see `pointerOf`. */
export type Marks = ReadonlyMap<string, NodeMark>;

export const noMarks: Marks = new Map();
export const MarksContext = createContext<Marks>(noMarks);
export const useMark = (pointer: string): NodeMark | undefined => useContext(MarksContext).get(pointer);
