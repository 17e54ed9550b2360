/** The only file with colour literals. Every other place uses the CSS variables `--h-…` made from it. */
export interface Tokens {
  page: string;
  subtle: string;
  raised: string;
  text: string;
  muted: string;
  border: string;
  divider: string;
  accent: string;
  'accent-fill': string;
  'accent-tint': string;
  'on-fill': string;
  on: string;
  'on-tint': string;
  off: string;
  'off-tint': string;
  warn: string;
  'warn-tint': string;
  danger: string;
  'danger-tint': string;
  'danger-fill': string;
  info: string;
  'info-tint': string;
  waiting: string;
  'waiting-tint': string;
  'series-1': string;
  'series-2': string;
  'series-3': string;
  'series-4': string;
  'series-5': string;
  'series-6': string;
}

export const light: Tokens = {
  page: '#FFFFFF',
  subtle: '#F6F7F9',
  raised: '#FFFFFF',
  text: '#1B2430',
  muted: '#56606F',
  border: '#7A8494',
  divider: '#D5D9E0',
  accent: '#2F5BD0',
  'accent-fill': '#2F5BD0',
  'accent-tint': '#E9EFFC',
  'on-fill': '#FFFFFF',
  on: '#176B4D',
  'on-tint': '#E5F3EC',
  off: '#56606F',
  'off-tint': '#EEF0F3',
  warn: '#8A5300',
  'warn-tint': '#FCF1DD',
  danger: '#B3261E',
  'danger-tint': '#FCE9E7',
  'danger-fill': '#B3261E',
  info: '#1D5FA8',
  'info-tint': '#E6F0FA',
  waiting: '#6941B8',
  'waiting-tint': '#F0EBFA',
  'series-1': '#292E39',
  'series-2': '#6B7FF9',
  'series-3': '#EA5F1B',
  'series-4': '#1F6A6E',
  'series-5': '#AA81A5',
  'series-6': '#5D4500',
};

export const dark: Tokens = {
  page: '#12161C',
  subtle: '#181D25',
  raised: '#1E242D',
  text: '#E7EBF0',
  muted: '#A3ADBA',
  border: '#7C8797',
  divider: '#343C48',
  accent: '#8FB0FF',
  'accent-fill': '#3D67D6',
  'accent-tint': '#1F2C4D',
  'on-fill': '#FFFFFF',
  on: '#6FCFA3',
  'on-tint': '#15332A',
  off: '#A3ADBA',
  'off-tint': '#262D37',
  warn: '#F0B45A',
  'warn-tint': '#3A2C12',
  danger: '#FF9489',
  'danger-tint': '#43201D',
  'danger-fill': '#C7372D',
  info: '#86BDF5',
  'info-tint': '#17304A',
  waiting: '#C3A8F5',
  'waiting-tint': '#2D2444',
  'series-1': '#E8EFFC',
  'series-2': '#3868E2',
  'series-3': '#D96A02',
  'series-4': '#4EB9B2',
  'series-5': '#8B607D',
  'series-6': '#F6BC29',
};

export function variables(tokens: Tokens): Record<string, string> {
  return Object.fromEntries(Object.entries(tokens).map(([name, value]) => [`--h-${name}`, value]));
}
