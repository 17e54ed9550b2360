/** Texts of the palette, and the words that it understands. */
export const paletteText = {
  title: 'Jump to or do',
  hint: 'Flags, segments, environments, projects, pages and acts',
  placeholder: 'Search, or kill, turn on, turn off, copy, create…',
  keys: '↑↓ to choose, Enter to go, > for acts alone',
  groups: {
    acts: 'Acts',
    flags: 'Flags',
    segments: 'Segments',
    environments: 'Environments',
    projects: 'Projects',
    pages: 'Pages',
  },
  results: (n: number) => (n === 0 ? 'Nothing found' : n === 1 ? '1 result' : `${n} results`),
  failed: 'The server could not be asked; what is here was found before.',
  turnOn: (flag: string, environment: string) => `Turn on ${flag} in ${environment}`,
  turnOff: (flag: string, environment: string) => `Turn off ${flag} in ${environment}`,
  kill: (flag: string, environment: string) => `Kill ${flag} in ${environment}`,
  restore: (flag: string, environment: string) => `Restore ${flag} in ${environment}`,
  copy: (flag: string) => `Copy key ${flag}`,
  copied: (flag: string) => `Key ${flag} copied`,
  create: (name: string) => (name ? `Create flag ${name}` : 'Create flag'),
  theme: (name: string) => `Colours: ${name}`,
  environmentsPage: 'Environments',
  credentialsPage: 'Credentials',
  importPage: 'Import and export',
};

/** How acts may be called, the longest first. */
export const verbWords = {
  on: ['switch on', 'turn on', 'enable', 'on'],
  off: ['switch off', 'turn off', 'disable', 'off'],
  kill: ['kill', 'stop'],
  restore: ['restore', 'lift'],
  copy: ['copy key', 'copy'],
  create: ['create flag', 'new flag', 'create', 'new'],
  theme: ['colours', 'colors', 'theme'],
} as const;

/** Words between a flag and its environment. */
export const joiningWords = ['in', 'to', 'flag'];
