import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlagKind, Json } from '@/api/types';
import { type Asked, type Language, languages, snippet } from './snippet';

const origin = 'https://flags.example';
const flag = (kind: FlagKind, key = 'checkout-v2', value?: Json): Asked => ({
  key,
  kind,
  variants: value === undefined ? [] : [{ key: 'off', value }],
});
const write = (language: Language, of: Asked, clientKey?: string) =>
  snippet(language, of, { origin, clientKey });

/** The call that belongs to a kind, per language. */
const calls: Record<
  Exclude<Language, 'curl'>,
  Record<'boolean' | 'string' | 'integer' | 'float' | 'object', string>
> = {
  web: {
    boolean: 'client.getBooleanValue("checkout-v2", false)',
    string: 'client.getStringValue("checkout-v2", "")',
    integer: 'client.getNumberValue("checkout-v2", 0)',
    float: 'client.getNumberValue("checkout-v2", 0)',
    object: 'client.getObjectValue("checkout-v2", {})',
  },
  node: {
    boolean: 'await client.getBooleanValue("checkout-v2", false, {',
    string: 'await client.getStringValue("checkout-v2", "", {',
    integer: 'await client.getNumberValue("checkout-v2", 0, {',
    float: 'await client.getNumberValue("checkout-v2", 0, {',
    object: 'await client.getObjectValue("checkout-v2", {}, {',
  },
  python: {
    boolean: 'client.get_boolean_value("checkout-v2", False,',
    string: 'client.get_string_value("checkout-v2", "",',
    integer: 'client.get_integer_value("checkout-v2", 0,',
    float: 'client.get_float_value("checkout-v2", 0,',
    object: 'client.get_object_value("checkout-v2", {},',
  },
  rust: {
    boolean: 'client.get_bool_value("checkout-v2",',
    string: 'client.get_string_value("checkout-v2",',
    integer: 'client.get_int_value("checkout-v2",',
    float: 'client.get_float_value("checkout-v2",',
    object: 'client.get_struct_value::<Settings>("checkout-v2",',
  },
  go: {
    boolean: 'client.BooleanValue(context.Background(), "checkout-v2", false,',
    string: 'client.StringValue(context.Background(), "checkout-v2", "",',
    integer: 'client.IntValue(context.Background(), "checkout-v2", 0,',
    float: 'client.FloatValue(context.Background(), "checkout-v2", 0,',
    object: 'client.ObjectValue(context.Background(), "checkout-v2", map[string]any{},',
  },
  java: {
    boolean: 'boolean value = api.getClient().getBooleanValue("checkout-v2", false,',
    string: 'String value = api.getClient().getStringValue("checkout-v2", "",',
    integer: 'int value = api.getClient().getIntegerValue("checkout-v2", 0,',
    float: 'double value = api.getClient().getDoubleValue("checkout-v2", 0.0,',
    object: 'Value value = api.getClient().getObjectValue("checkout-v2", new Value(new MutableStructure()),',
  },
};

const packages: Record<Language, string> = {
  web: '"@openfeature/ofrep-web-provider"',
  node: '"@openfeature/ofrep-provider"',
  python: 'openfeature.contrib.provider.ofrep',
  rust: 'open_feature_ofrep',
  go: '"github.com/open-feature/go-sdk-contrib/providers/ofrep"',
  java: 'dev.openfeature.contrib.providers.ofrep.OfrepProvider',
  curl: '/ofrep/v1/evaluate/flags/checkout-v2',
};

describe('snippets', () => {
  for (const [language, kinds] of Object.entries(calls)) {
    it.each(Object.entries(kinds))(`${language} asks for a %s`, (kind, call) => {
      expect(write(language as Language, flag(kind as FlagKind))).toContain(call);
    });
  }

  it.each([...languages])('%s names its provider, the address and where the key comes from', (language) => {
    const code = write(language, flag('boolean'));
    expect(code).toContain(packages[language]);
    expect(code).toContain(origin);
    expect(code).toContain('HOIST_KEY');
    const ready = write(language, flag('boolean'), 'hkc_123');
    expect(ready).toContain('hkc_123');
    expect(ready).not.toContain('HOIST_KEY');
  });

  it('writes values as each language does', () => {
    const value = { list: [1, true, null], text: 'a' };
    expect(write('python', flag('object', 'k', value))).toContain('{"list": [1, True, None], "text": "a"}');
    expect(write('go', flag('object', 'k', value))).toContain(
      'map[string]any{"list": []any{1, true, nil}, "text": "a"}',
    );
    expect(write('java', flag('object', 'k', value))).toContain(
      '.add("list", new Value(java.util.List.of(new Value(1), new Value(true), new Value()))).add("text", new Value("a"))',
    );
    expect(write('rust', flag('string', 'k', 'a'))).toContain('.unwrap_or("a".into())');
    expect(write('rust', flag('float', 'k', 2))).toContain('.unwrap_or(2.0)');
  });

  it('escapes keys so that each language reads the same key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (key) => {
        const asked = flag('boolean', key);
        for (const language of ['web', 'node', 'python', 'go', 'java'] as const) {
          // The literals of these languages share JSON's escapes.
          const literals = write(language, asked).match(/"(?:[^"\\]|\\.)*"/g) ?? [];
          expect(literals.map((literal) => JSON.parse(literal) as string)).toContain(key);
          expect(literals.join('')).toMatch(/^[ -~]*$/);
        }
        const rust = write('rust', asked).match(/"(?:[^"\\]|\\.)*"/g) ?? [];
        const read = rust.map((literal) =>
          JSON.parse(
            literal.replace(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) => `\\u${hex.padStart(4, '0')}`),
          ),
        );
        expect(read).toContain(key);
      }),
    );
  });
});
