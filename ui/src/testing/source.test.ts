import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

const sources = files(root)
  .filter(
    (path) => /\.(tsx?|css)$/.test(path) && !/\.test\.tsx?$/.test(path) && !path.endsWith('api/schema.ts'),
  )
  .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));

const colour = /#[0-9a-f]{3}(?:[0-9a-f]{3})?(?:[0-9a-f]{2})?\b(?!["'`]?\))/gi;

describe('the source', () => {
  it('has colour literals in the token file only', () => {
    const found = sources
      .filter(({ path }) => path !== 'app/tokens.ts' && !path.startsWith('testing/'))
      .flatMap(({ path, text }) => [...text.matchAll(colour)].map(([hit]) => `${path}: ${hit}`));
    expect(found).toEqual([]);
  });

  it('keeps its words out of the catalogue', () => {
    const forbidden = /\b(features?|toggles?|change requests?|rollouts?|percentage.of.users)\b/i;
    const strings = /'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|"(?:[^"\\\n]|\\.)*"/g;
    const found = sources
      .filter(({ path }) => path.startsWith('text/') && path !== 'text/importing.ts')
      .flatMap(({ path, text }) =>
        [...text.matchAll(strings)]
          .filter(([string]) => forbidden.test(string))
          .map(([string]) => `${path}: ${string}`),
      );
    expect(found).toEqual([]);
  });

  it('has its visible text in the catalogue', () => {
    // Text between tags, and literals in the properties that people read or hear.
    const between = />\s*([^<>{}=;()]*[A-Za-z]{3,}[^<>{}=;()]*)\s*<\//g;
    const property = /\s(?:aria-label|title|label|placeholder|alt|description)="([^"]*[A-Za-z]{2,}[^"]*)"/g;
    const allowed = new Set(['Ctrl K', 'Ctrl ⏎']);
    const found = sources
      .filter(({ path }) => path.endsWith('.tsx'))
      .flatMap(({ path, text }) =>
        [...text.matchAll(between), ...text.matchAll(property)]
          .map((match) => (match[1] ?? '').trim())
          .filter((text_) => text_ !== '' && !allowed.has(text_))
          .map((text_) => `${path}: ${text_}`),
      );
    expect(found).toEqual([]);
  });

  it('has no component above 400 lines', () => {
    const long = sources
      .filter(({ path }) => path.endsWith('.tsx'))
      .map(({ path, text }) => ({ path, lines: text.split('\n').length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  it('asks for nothing from other origins', () => {
    const found = sources.flatMap(({ path, text }) =>
      [...text.matchAll(/https?:\/\/[^\s'"`)]+/g)].map(([hit]) => `${path}: ${hit}`),
    );
    expect(found.filter((hit) => !hit.includes('www.w3.org'))).toEqual([]);
  });

  it('never lets a person silence a protection', () => {
    const found = sources.filter(({ text }) => /(do not|don.t|never) (ask|show)( this)? again/i.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });
});
