import type { Flag, FlagKind, Json } from '@/api/types';

export const languages = ['typescript', 'python', 'rust', 'curl'] as const;
export type Language = (typeof languages)[number];

type Shape = 'boolean' | 'string' | 'integer' | 'float' | 'object';
const shapeOf = (kind: FlagKind): Shape => (kind === 'any' ? 'object' : kind);

/** The first value that fits the kind: what the application falls back to. */
function fallback(flag: Flag): Json {
  const last = flag.variants[flag.variants.length - 1]?.value;
  if (last !== undefined) return last;
  return { boolean: false, string: '', integer: 0, float: 0, object: {} }[shapeOf(flag.kind)];
}

export function snippet(language: Language, flag: Flag, origin: string): string {
  const key = JSON.stringify(flag.key);
  const shape = shapeOf(flag.kind);
  const value = fallback(flag);
  switch (language) {
    case 'typescript': {
      const method = {
        boolean: 'Boolean',
        string: 'String',
        integer: 'Number',
        float: 'Number',
        object: 'Object',
      }[shape];
      return [
        'import { OpenFeature } from "@openfeature/server-sdk";',
        'import { OFREPProvider } from "@openfeature/ofrep-provider";',
        '',
        'await OpenFeature.setProviderAndWait(',
        '  new OFREPProvider({',
        `    baseUrl: "${origin}",`,
        '    headers: [["Authorization", "Bearer " + process.env.HOIST_KEY]],',
        '  }),',
        ');',
        'const client = OpenFeature.getClient();',
        `const value = await client.get${method}Value(${key}, ${JSON.stringify(value)}, {`,
        '  targetingKey: "user-8812",',
        '});',
      ].join('\n');
    }
    case 'python': {
      return [
        'import os',
        'from openfeature import api',
        'from openfeature.contrib.provider.ofrep import OFREPProvider',
        'from openfeature.evaluation_context import EvaluationContext',
        '',
        'api.set_provider(OFREPProvider(',
        `    base_url="${origin}",`,
        '    headers_factory=lambda: {"Authorization": f"Bearer {os.environ[\'HOIST_KEY\']}"},',
        '))',
        'client = api.get_client()',
        `value = client.get_${shape}_value(${key}, ${python(value)}, EvaluationContext("user-8812"))`,
      ].join('\n');
    }
    case 'rust': {
      const method = { boolean: 'bool', string: 'string', integer: 'int', float: 'float', object: 'struct' }[
        shape
      ];
      const type = shape === 'object' ? '::<Settings>' : '';
      return [
        'use open_feature::{EvaluationContext, OpenFeature};',
        'use open_feature_ofrep::{OfrepOptions, OfrepProvider};',
        '',
        'let key = std::env::var("HOIST_KEY")?;',
        'let mut headers = reqwest::header::HeaderMap::new();',
        'headers.insert("authorization", format!("Bearer {key}").parse()?);',
        `let options = OfrepOptions { base_url: "${origin}".into(), headers, ..Default::default() };`,
        'let mut api = OpenFeature::singleton_mut().await;',
        'api.set_provider(OfrepProvider::new(options).await?).await;',
        'let context = EvaluationContext::default().with_targeting_key("user-8812");',
        'let client = api.create_client();',
        `let value = client.get_${method}_value${type}(${key}, Some(&context), None).await`,
        shape === 'object' ? '    .unwrap_or_default();' : `    .unwrap_or(${rust(value)});`,
      ].join('\n');
    }
    case 'curl':
      return [
        `curl -s ${origin}/ofrep/v1/evaluate/flags/${encodeURIComponent(flag.key)} \\`,
        '  -H "Authorization: Bearer $HOIST_KEY" -H "Content-Type: application/json" \\',
        `  -d '{"context":{"targetingKey":"user-8812"}}'`,
      ].join('\n');
  }
}

function python(value: Json): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${JSON.stringify(name)}: ${python(inner)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

function rust(value: Json): string {
  return typeof value === 'string' ? `${JSON.stringify(value)}.into()` : JSON.stringify(value);
}
