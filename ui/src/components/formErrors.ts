import type { FieldProblem } from '@/api/types';

/** The server's words for a field, found by the last names of its pointer. */
export function problemAt(problems: FieldProblem[], name: string): string | undefined {
  return problems.find((problem) => problem.pointer.split('/').includes(name))?.detail;
}

export const looksLikeEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text.trim());
