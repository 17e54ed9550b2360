import {
  ActionIcon,
  Button,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  Drawer,
  Input,
  type MantineColorsTuple,
  Menu,
  Modal,
  Popover,
  Radio,
  Tooltip,
} from '@mantine/core';
import { dark, light, type Tokens, variables } from './tokens';

const flat = (colour: string): MantineColorsTuple =>
  [colour, colour, colour, colour, colour, colour, colour, colour, colour, colour] as const;

const mono = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Liberation Mono', monospace";

/** The library heads floating things with a banner; the page has one already. */
const floatingHeader = { header: { role: 'presentation' } };

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: 6,
  colors: {
    accent: flat('var(--h-accent-fill)'),
    danger: flat('var(--h-danger-fill)'),
    neutral: flat('var(--h-muted)'),
  },
  autoContrast: false,
  white: 'var(--h-on-fill)',
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: mono,
  headings: {
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '1.25rem', lineHeight: '1.75rem' },
      h2: { fontSize: '1rem', lineHeight: '1.5rem' },
      h3: { fontSize: '0.875rem', lineHeight: '1.25rem' },
    },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.25rem' },
  lineHeights: { xs: '1rem', sm: '1.125rem', md: '1.25rem', lg: '1.5rem', xl: '1.75rem' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '4px', sm: '4px', md: '8px', lg: '8px', xl: '8px' },
  defaultRadius: 'sm',
  breakpoints: { xs: '30em', sm: '48em', md: '62em', lg: '75em', xl: '90em' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Button: Button.extend({
      defaultProps: { size: 'sm' },
      vars: (_, { size }) =>
        size === 'sm' ? { root: { '--button-height': '32px', '--button-padding-x': '12px' } } : { root: {} },
    }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'neutral', size: 28 } }),
    Input: Input.extend({
      defaultProps: { size: 'sm' },
      vars: (_, { size }) =>
        size === 'sm' ? { wrapper: { '--input-height': '32px', '--input-size': '32px' } } : { wrapper: {} },
    }),
    Checkbox: Checkbox.extend({ defaultProps: { size: 'xs' } }),
    Radio: Radio.extend({ defaultProps: { size: 'xs' } }),
    Modal: Modal.extend({
      defaultProps: {
        transitionProps: { duration: 120 },
        radius: 'md',
        centered: false,
        attributes: floatingHeader,
      },
    }),
    Drawer: Drawer.extend({ defaultProps: { attributes: floatingHeader } }),
    Popover: Popover.extend({
      defaultProps: { transitionProps: { duration: 120 }, radius: 'md', shadow: 'md' },
    }),
    Menu: Menu.extend({
      defaultProps: {
        // A menu is no landmark, so it stands in one.
        portalProps: { target: '#content' },
        withInitialFocusPlaceholder: false,
        transitionProps: { duration: 120 },
        radius: 'md',
        shadow: 'md',
      },
    }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, transitionProps: { duration: 120 } } }),
  },
});

function schemeVariables(tokens: Tokens): Record<string, string> {
  const result: Record<string, string> = { ...variables(tokens) };
  const set = (names: Record<string, string>) => Object.assign(result, names);
  set({
    '--mantine-color-body': 'var(--h-page)',
    '--mantine-color-text': 'var(--h-text)',
    '--mantine-color-bright': 'var(--h-text)',
    '--mantine-color-dimmed': 'var(--h-muted)',
    '--mantine-color-placeholder': 'var(--h-muted)',
    '--mantine-color-anchor': 'var(--h-accent)',
    '--mantine-color-error': 'var(--h-danger)',
    '--mantine-color-default': 'var(--h-raised)',
    '--mantine-color-default-hover': 'var(--h-subtle)',
    '--mantine-color-default-color': 'var(--h-text)',
    '--mantine-color-default-border': 'var(--h-border)',
    '--mantine-color-disabled': 'var(--h-off-tint)',
    '--mantine-color-disabled-color': 'var(--h-muted)',
    '--mantine-color-disabled-border': 'var(--h-divider)',
    '--mantine-primary-color-contrast': 'var(--h-on-fill)',
  });
  for (const [name, text, fill, tint] of [
    ['accent', 'accent', 'accent-fill', 'accent-tint'],
    ['danger', 'danger', 'danger-fill', 'danger-tint'],
    ['neutral', 'muted', 'muted', 'off-tint'],
  ] as const) {
    set({
      [`--mantine-color-${name}-text`]: `var(--h-${text})`,
      [`--mantine-color-${name}-filled`]: `var(--h-${fill})`,
      [`--mantine-color-${name}-filled-hover`]: `color-mix(in oklab, var(--h-${fill}), black 12%)`,
      [`--mantine-color-${name}-light`]: `var(--h-${tint})`,
      [`--mantine-color-${name}-light-hover`]: `color-mix(in oklab, var(--h-${tint}), var(--h-text) 6%)`,
      [`--mantine-color-${name}-light-color`]: `var(--h-${text})`,
      [`--mantine-color-${name}-outline`]: `var(--h-${text})`,
      [`--mantine-color-${name}-outline-hover`]: `var(--h-${tint})`,
    });
  }
  return result;
}

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--h-mono': mono,
    '--h-space-1': '4px',
    '--h-space-2': '8px',
    '--h-space-3': '12px',
    '--h-space-4': '16px',
    '--h-space-5': '24px',
    '--h-space-6': '32px',
    '--h-shadow': '0 1px 2px rgb(0 0 0 / 12%), 0 8px 24px rgb(0 0 0 / 16%)',
  },
  light: schemeVariables(light),
  dark: schemeVariables(dark),
});
