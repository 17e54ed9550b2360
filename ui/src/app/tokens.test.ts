import { describe, expect, it } from 'vitest';
import { contrast, distance, type Sight } from '@/testing/colour';
import { dark, light, type Tokens } from './tokens';

const surfaces = ['page', 'subtle', 'raised'] as const;
const texts = ['text', 'muted', 'accent', 'on', 'off', 'warn', 'danger', 'info', 'waiting'] as const;
const tinted = ['on', 'off', 'warn', 'danger', 'info', 'waiting', 'accent'] as const;
const series = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'] as const;
const sights: Sight[] = ['normal', 'protan', 'deutan', 'tritan'];

describe.each([
  ['light', light],
  ['dark', dark],
] as [string, Tokens][])('tokens, %s', (_, tokens) => {
  it('has text of at least 4.5 to 1 on every surface and on its tint', () => {
    for (const text of texts) {
      for (const surface of surfaces) {
        expect(contrast(tokens[text], tokens[surface]), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    for (const text of tinted) {
      expect(contrast(tokens[text], tokens[`${text}-tint`]), `${text} on its tint`).toBeGreaterThanOrEqual(
        4.5,
      );
      expect(contrast(tokens.text, tokens[`${text}-tint`]), `text on ${text}-tint`).toBeGreaterThanOrEqual(
        4.5,
      );
    }
    expect(contrast(tokens.muted, tokens['accent-tint'])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens.muted, tokens['off-tint'])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens['on-fill'], tokens['accent-fill'])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens['on-fill'], tokens['danger-fill'])).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tokens.page, tokens.text)).toBeGreaterThanOrEqual(4.5);
  });

  it('has borders of controls, focus and marks of at least 3 to 1', () => {
    for (const mark of ['border', 'accent', ...series] as const) {
      for (const surface of surfaces) {
        expect(contrast(tokens[mark], tokens[surface]), `${mark} on ${surface}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  it('has series that are told apart with any sight', () => {
    for (const sight of sights) {
      series.forEach((a, index) => {
        for (const b of series.slice(index + 1)) {
          expect(distance(tokens[a], tokens[b], sight), `${a} and ${b}, ${sight}`).toBeGreaterThanOrEqual(10);
        }
      });
    }
  });
});
