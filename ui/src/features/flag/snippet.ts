/**
 * How an application asks for a flag, with the OpenFeature provider for OFREP of its language. Texts inside are
 * written as literals of that language, whatever signs a key has.
 */
import type { Flag, FlagKind, Json } from '@/api/types';

export const languages = ['web', 'node', 'python', 'rust', 'go', 'java', 'curl'] as const;
export type Language = (typeof languages)[number];

type Shape = 'boolean' | 'string' | 'integer' | 'float' | 'object';
const shapeOf = (kind: FlagKind): Shape => (kind === 'any' ? 'object' : kind);

/** What of a flag a snippet shows. */
export type Asked = Pick<Flag, 'key' | 'kind' | 'variants'>;

export interface SnippetOptions {
  origin: string;
  /** A client key to write out; else the key is read from the environment of the process. */
  clientKey?: string | undefined;
}

/** The value of the last variant: what the application falls back to. */
function fallback(flag: Asked): Json {
  const last = flag.variants[flag.variants.length - 1]?.value;
  if (last !== undefined) return last;
  return { boolean: false, string: '', integer: 0, float: 0, object: {} }[shapeOf(flag.kind)];
}

const subject = 'user-8812';

export function snippet(language: Language, flag: Asked, options: SnippetOptions): string {
  return writers[language](flag, options).join('\n');
}

/** A string literal that JavaScript, Python, Go and Java read alike. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Rust writes characters beyond ASCII as they are; of JSON's escapes it knows the short ones. */
const rustText = (text: string): string =>
  JSON.stringify(text).replace(/\\[bf]|\\u00[01][0-9a-f]/g, (short) => {
    const code = (JSON.parse(`"${short}"`) as string).charCodeAt(0);
    return `\\u{${code.toString(16)}}`;
  });

const jsMethod = {
  boolean: 'Boolean',
  string: 'String',
  integer: 'Number',
  float: 'Number',
  object: 'Object',
};

const goMethod = { ...jsMethod, integer: 'Int', float: 'Float' };
const javaMethod = { ...jsMethod, integer: 'Integer', float: 'Double' };
const javaType = { boolean: 'boolean', string: 'String', integer: 'int', float: 'double', object: 'Value' };
const rustMethod = { boolean: 'bool', string: 'string', integer: 'int', float: 'float', object: 'struct' };

const writers: Record<Language, (flag: Asked, options: SnippetOptions) => string[]> = {
  web: (flag, { origin, clientKey }) => [
    'import { OpenFeature } from "@openfeature/web-sdk";',
    'import { OFREPWebProvider } from "@openfeature/ofrep-web-provider";',
    '',
    `await OpenFeature.setContext({ targetingKey: ${quoted(subject)} });`,
    'await OpenFeature.setProviderAndWait(',
    '  new OFREPWebProvider({',
    `    baseUrl: ${quoted(origin)},`,
    `    headers: { Authorization: "Bearer " + ${clientKey ? quoted(clientKey) : 'HOIST_KEY'} },`,
    '  }),',
    ');',
    'const client = OpenFeature.getClient();',
    `const value = client.get${jsMethod[shapeOf(flag.kind)]}Value(${quoted(flag.key)}, ${script(fallback(flag))});`,
  ],
  node: (flag, { origin, clientKey }) => [
    'import { OpenFeature } from "@openfeature/server-sdk";',
    'import { OFREPProvider } from "@openfeature/ofrep-provider";',
    '',
    'await OpenFeature.setProviderAndWait(',
    '  new OFREPProvider({',
    `    baseUrl: ${quoted(origin)},`,
    `    headers: [["Authorization", "Bearer " + ${clientKey ? quoted(clientKey) : 'process.env.HOIST_KEY'}]],`,
    '  }),',
    ');',
    'const client = OpenFeature.getClient();',
    `const value = await client.get${jsMethod[shapeOf(flag.kind)]}Value(${quoted(flag.key)}, ${script(fallback(flag))}, {`,
    `  targetingKey: ${quoted(subject)},`,
    '});',
  ],
  python: (flag, { origin, clientKey }) => [
    ...(clientKey ? [] : ['import os']),
    'from openfeature import api',
    'from openfeature.contrib.provider.ofrep import OFREPProvider',
    'from openfeature.evaluation_context import EvaluationContext',
    '',
    'api.set_provider(OFREPProvider(',
    `    base_url=${quoted(origin)},`,
    `    headers_factory=lambda: {"Authorization": "Bearer " + ${clientKey ? quoted(clientKey) : 'os.environ["HOIST_KEY"]'}},`,
    '))',
    'client = api.get_client()',
    `value = client.get_${shapeOf(flag.kind)}_value(${quoted(flag.key)}, ${python(fallback(flag))}, EvaluationContext(${quoted(subject)}))`,
  ],
  rust: (flag, { origin, clientKey }) => {
    const shape = shapeOf(flag.kind);
    return [
      'use open_feature::{EvaluationContext, OpenFeature};',
      'use open_feature_ofrep::{OfrepOptions, OfrepProvider};',
      '',
      clientKey ? `let key = ${rustText(clientKey)};` : 'let key = std::env::var("HOIST_KEY")?;',
      'let mut headers = reqwest::header::HeaderMap::new();',
      'headers.insert("authorization", format!("Bearer {key}").parse()?);',
      `let options = OfrepOptions { base_url: ${rustText(origin)}.into(), headers, ..Default::default() };`,
      'let mut api = OpenFeature::singleton_mut().await;',
      'api.set_provider(OfrepProvider::new(options).await?).await;',
      `let context = EvaluationContext::default().with_targeting_key(${rustText(subject)});`,
      'let client = api.create_client();',
      `let value = client.get_${rustMethod[shape]}_value${shape === 'object' ? '::<Settings>' : ''}(${rustText(flag.key)}, Some(&context), None).await`,
      shape === 'object' ? '    .unwrap_or_default();' : `    .unwrap_or(${rust(fallback(flag), shape)});`,
    ];
  },
  go: (flag, { origin, clientKey }) => [
    'import (',
    '\t"context"',
    ...(clientKey ? [] : ['\t"os"']),
    '',
    '\t"github.com/open-feature/go-sdk-contrib/providers/ofrep"',
    '\t"github.com/open-feature/go-sdk/openfeature"',
    ')',
    '',
    'provider := ofrep.NewProvider(',
    `\t${quoted(origin)},`,
    `\tofrep.WithBearerToken(${clientKey ? quoted(clientKey) : 'os.Getenv("HOIST_KEY")'}),`,
    ')',
    'if err := openfeature.SetProviderAndWait(provider); err != nil {',
    '\tpanic(err)',
    '}',
    'client := openfeature.NewClient("app")',
    `subject := openfeature.NewEvaluationContext(${quoted(subject)}, nil)`,
    `value, err := client.${goMethod[shapeOf(flag.kind)]}Value(context.Background(), ${quoted(flag.key)}, ${go(fallback(flag))}, subject)`,
  ],
  java: (flag, { origin, clientKey }) => {
    const shape = shapeOf(flag.kind);
    return [
      'import com.google.common.collect.ImmutableList;',
      'import com.google.common.collect.ImmutableMap;',
      'import dev.openfeature.contrib.providers.ofrep.OfrepProvider;',
      'import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;',
      'import dev.openfeature.sdk.*;',
      '',
      `var token = "Bearer " + ${clientKey ? quoted(clientKey) : 'System.getenv("HOIST_KEY")'};`,
      'var options = OfrepProviderOptions.builder()',
      `    .baseUrl(${quoted(origin)})`,
      '    .headers(ImmutableMap.of("Authorization", ImmutableList.of(token)))',
      '    .build();',
      'var api = OpenFeatureAPI.getInstance();',
      'api.setProviderAndWait(OfrepProvider.constructProvider(options));',
      `var subject = new ImmutableContext(${quoted(subject)});`,
      `${javaType[shape]} value = api.getClient().get${javaMethod[shape]}Value(${quoted(flag.key)}, ${java(fallback(flag), shape)}, subject);`,
    ];
  },
  curl: (flag, { origin, clientKey }) => [
    `curl -s ${shell(`${origin}/ofrep/v1/evaluate/flags/${encodeURIComponent(flag.key)}`)} \\`,
    `  -H "Authorization: Bearer ${clientKey ?? '$HOIST_KEY'}" -H "Content-Type: application/json" \\`,
    `  -d '{"context":{"targetingKey":"${subject}"}}'`,
  ],
};

const shell = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const script = (value: Json): string => (typeof value === 'string' ? quoted(value) : JSON.stringify(value));

function python(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${quoted(name)}: ${python(inner)}`)
      .join(', ')}}`;
  }
  return script(value);
}

/** A number with a point, where a language takes it for a whole one otherwise. */
const pointed = (value: Json): string =>
  Number.isInteger(value) ? `${String(value)}.0` : JSON.stringify(value);

function rust(value: Json, shape: Shape): string {
  if (typeof value === 'string') return `${rustText(value)}.into()`;
  return shape === 'float' ? pointed(value) : JSON.stringify(value);
}

function go(value: Json): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[]any{${value.map(go).join(', ')}}`;
  if (typeof value === 'object') {
    return `map[string]any{${Object.entries(value)
      .map(([name, inner]) => `${quoted(name)}: ${go(inner)}`)
      .join(', ')}}`;
  }
  return script(value);
}

function java(value: Json, shape: Shape): string {
  if (shape === 'float') return pointed(value);
  if (shape !== 'object') return script(value);
  return javaValue(value);
}

function javaValue(value: Json): string {
  if (value === null) return 'new Value()';
  if (Array.isArray(value)) return `new Value(java.util.List.of(${value.map(javaValue).join(', ')}))`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).map(
      ([name, inner]) => `.add(${quoted(name)}, ${javaValue(inner)})`,
    );
    return `new Value(new MutableStructure()${entries.join('')})`;
  }
  return `new Value(${script(value)})`;
}
