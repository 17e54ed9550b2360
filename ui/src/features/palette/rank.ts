/** What was typed, read as an act where it begins with the name of one. */
import { joiningWords, verbWords } from '@/text/palette';

export type Verb = keyof typeof verbWords;

export interface Asked {
  /** Acts that the text begins to name; none when it is a plain search. */
  verbs: Verb[];
  /** Acts alone were asked for, by `>`. */
  actsOnly: boolean;
  environment?: string;
  /** What is searched for. */
  words: string;
}

const allVerbs = Object.keys(verbWords) as Verb[];

/** Reads `kill checkout prod`, `turn on checkout in dev`, or plain words. */
export function ask(text: string, environments: readonly string[]): Asked {
  const actsOnly = text.trimStart().startsWith('>');
  const line = text.replace(/^\s*>/, '').trim().toLowerCase().replace(/\s+/g, ' ');
  const whole = longest(line);
  if (whole) {
    const rest = line.slice(whole.word.length).trim();
    const parts = rest.split(' ').filter((part) => part !== '');
    const environment = parts.find((part) => environments.includes(part));
    const words = parts.filter(
      (part, index) => part !== environment && !(index > 0 && joiningWords.includes(part)),
    );
    return { verbs: [whole.verb], actsOnly, ...(environment ? { environment } : {}), words: words.join(' ') };
  }
  // "tu" may become "turn on": its acts are offered too, below what is found.
  const begun = allVerbs.filter(
    (verb) => line.length > 1 && verbWords[verb].some((word) => word.startsWith(line)),
  );
  return { verbs: begun, actsOnly, words: begun.length > 0 && actsOnly ? '' : line };
}

function longest(line: string): { verb: Verb; word: string } | undefined {
  const fitting = allVerbs.flatMap((verb) =>
    verbWords[verb]
      .filter((word) => line === word || line.startsWith(`${word} `))
      .map((word) => ({ verb, word })),
  );
  return fitting.sort((a, b) => b.word.length - a.word.length)[0];
}

/** How well one word fits a text: 0 is best, `undefined` not at all. */
function closeness(text: string, word: string): number | undefined {
  if (text === word) return 0;
  if (text.startsWith(word)) return 1;
  const parts = text.split(/[^\p{L}\p{N}]+/u);
  if (parts.includes(word)) return 2;
  if (parts.some((part) => part.startsWith(word))) return 3;
  if (text.includes(word)) return 4;
  let at = 0;
  for (const letter of word) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return undefined;
  }
  // Letters in their order, far apart: only for words long enough to mean something.
  return word.length > 2 ? 6 : undefined;
}

/** How well all words fit any of the texts, the first of which weighs most; lower is better. */
export function rank(texts: readonly string[], words: string): number | undefined {
  let sum = 0;
  for (const word of words.toLowerCase().split(/\s+/).filter(Boolean)) {
    const fits = texts.flatMap((text, place) => {
      const found = closeness(text.toLowerCase(), word);
      return found === undefined ? [] : [found + (place === 0 ? 0 : 0.5)];
    });
    if (fits.length === 0) return undefined;
    sum += Math.min(...fits);
  }
  return sum;
}

/** The items that fit, the best first; equal ones by length, then as they came. */
export function ranked<T>(items: readonly T[], textsOf: (item: T) => readonly string[], words: string): T[] {
  return items
    .flatMap((item) => {
      const texts = textsOf(item);
      const score = rank(texts, words);
      return score === undefined ? [] : [{ item, score, length: words === '' ? 0 : (texts[0]?.length ?? 0) }];
    })
    .sort((a, b) => a.score - b.score || a.length - b.length)
    .map(({ item }) => item);
}
