/** One set of 16 px line icons. Decorative unless a label is given. */
const paths = {
  flag: 'M5 21V4h13l-3 4.5L18 13H5',
  segment: 'M12 3l9 9-9 9-9-9z',
  tester: 'M9 9a3 3 0 1 1 4.5 2.6c-.9.5-1.5 1.2-1.5 2.4M12 18h.01',
  history: 'M12 8v4l2.5 2.5M3.5 11a8.5 8.5 0 1 1 .6 4M3 19v-4h4',
  activity: 'M3 12h4l3-8 4 16 3-8h4',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  settings:
    'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20v-1a5 5 0 0 1 5-5h2a5 5 0 0 1 5 5v1M16 4.2a3.5 3.5 0 0 1 0 6.6M18 14.5a5 5 0 0 1 3 4.5v1',
  shield: 'M12 3l8 3v6c0 4.5-3.2 7.8-8 9-4.8-1.2-8-4.5-8-9V6z',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  folder: 'M4 19h16a1 1 0 0 0 1-1V8a1 1 0 0 0-1-1h-8L9 4H4a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1z',
  key: 'M15 9h.01M14 15a6 6 0 1 0-4.7-2.3L4 18v3h3l5.3-5.3A6 6 0 0 0 14 15z',
  upload: 'M4 17v3h16v-3M7 9l5-5 5 5M12 4v12',
  layers: 'M12 4L3 9l9 5 9-5zM3 14l9 5 9-5',
  chevronDown: 'M6 9l6 6 6-6',
  chevronLeft: 'M15 6l-6 6 6 6',
  chevronRight: 'M9 6l6 6-6 6',
  up: 'M12 19V5M6 11l6-6 6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12l5 5L20 7',
  warn: 'M12 9v4M12 17h.01M12 3.5L2.5 20h19z',
  info: 'M12 16v-5M12 8h.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  lock: 'M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11',
  copy: 'M8 8h12v12H8zM16 8V4H4v12h4',
  dots: 'M5 12h.01M12 12h.01M19 12h.01',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19',
  moon: 'M20 14A8.5 8.5 0 1 1 10 4a7 7 0 0 0 10 10z',
  system: 'M3 4h18v12H3zM8 20h8M12 16v4',
  menu: 'M4 6h16M4 12h16M4 18h16',
  search: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM20 20l-4.7-4.7',
  columns: 'M4 4h16v16H4zM10 4v16M15 4v16',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20v-1a6 6 0 0 1 6-6h2a6 6 0 0 1 6 6v1',
  external: 'M11 6H5v13h13v-6M14 4h6v6M20 4l-9 9',
  trash: 'M4 7h16M10 11v6M14 11v6M6 7l1 13h10l1-13M9 7V4h6v3',
  box: 'M3 4h18v4H3zM5 8v12h14V8M10 12h4',
  undo: 'M9 14L4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  swap: 'M7 4L3 8l4 4M3 8h18M17 12l4 4-4 4M21 16H3',
  stop: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM8 12h8',
  clock: 'M12 7v5l3 3M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  arrowRight: 'M5 12h14M13 6l6 6-6 6',
  gap: 'M10 14l-3 3a3.5 3.5 0 0 1-5-5l3-3M14 10l3-3a3.5 3.5 0 0 1 5 5l-3 3M8 4v2M4 8h2M16 20v-2M20 16h-2',
  keyboard: 'M2 6h20v12H2zM6 10h.01M10 10h.01M14 10h.01M18 10h.01M7 14h10',
} as const;

export type IconName = keyof typeof paths;

interface IconProps {
  name: IconName;
  label?: string;
  size?: number;
  className?: string;
}

export function Icon({ name, label, size = 16, className }: IconProps) {
  const named = label ? ({ role: 'img', 'aria-label': label } as const) : ({ 'aria-hidden': true } as const);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: named by aria-label, or hidden
    <svg
      {...named}
      className={className}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={2.25}
      strokeLinecap="round"
      strokeLinejoin="round"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
