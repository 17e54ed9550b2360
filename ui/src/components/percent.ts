import type { Share } from '@/api/types';

/** Hundredths of a percent as people write them: 2500 is "25 %", 1250 is "12.5 %". */
export function percent(share: Share): string {
  return `${Number((share / 100).toFixed(2))} %`;
}
