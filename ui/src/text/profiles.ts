import type { Profile } from '@/api/types';

/** What conditions of a flag mean that came from elsewhere; the name of the system is data. */
export const profileText: Record<Exclude<Profile, 'native'>, readonly string[]> = {
  unleash: [
    'Attributes are compared as text; numbers and versions are read from it.',
    'A missing attribute fails a condition, and passes it where it is turned around.',
    'Percentages are whole: people are placed by a hash of group and subject, from 1 to 100.',
  ],
  flagd: [
    'An expression decides which variant is served. It is carried as it is and cannot be edited here.',
    'People are placed by the expression itself.',
  ],
  flagsmith: [
    'Text that spells a number counts as that number; the value of a condition is read as the attribute’s type.',
    '“Not equal” and “does not contain” fail for a missing attribute.',
    'Patterns begin at the start of the text.',
    'People are placed by a hash of the subject and a number that never changes.',
  ],
  togglr: [
    'Attributes are compared as text, lists without regard to case.',
    'Numbers of seven digits and more are written with an exponent, and so are other texts than the same digits.',
    '“Not equal” and “not in” fail for a missing attribute.',
    'People are placed by the text of one attribute alone: the same ones come first in every flag.',
  ],
  fluxgate: [
    'Attributes are compared as text, with regard to case; lists and objects count as missing.',
    '“Not equal” and “not in” fail for a missing attribute.',
    'People are placed by a hash of flag and subject, the same in every environment.',
  ],
};
