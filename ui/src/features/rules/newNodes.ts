import type { Condition } from './wire';

export const newTest = (): Condition => ({ test: { attribute: '', op: 'in', values: [] } });
export const newGroup = (word: 'all' | 'any'): Condition =>
  word === 'all' ? { all: [newTest()] } : { any: [newTest()] };
