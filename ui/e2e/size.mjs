// The budget of what loads first: script and style, gzipped.
import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const page = readFileSync(new URL('index.html', dist), 'utf8');
const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((match) => match[1]);
const size = (name) => gzipSync(readFileSync(new URL(name, dist))).length / 1000;
const sum = (end) =>
  first.filter((name) => name.endsWith(end)).reduce((total, name) => total + size(name), 0);
const budget = { '.js': 300, '.css': 45 };
let over = false;
for (const [end, most] of Object.entries(budget)) {
  const now = sum(end);
  if (now > most) over = true;
  process.stdout.write(`first ${end}: ${now.toFixed(1)} kB of ${most} kB gzipped\n`);
}
const all = readdirSync(new URL('assets/', dist)).reduce((total, name) => total + size(`assets/${name}`), 0);
process.stdout.write(`all chunks: ${all.toFixed(1)} kB gzipped\n`);
process.exit(over ? 1 : 0);
