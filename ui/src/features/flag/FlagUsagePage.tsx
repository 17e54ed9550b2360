import { common } from '@/text/common';

export function FlagUsagePage() {
  return <p>{common.notBuilt}</p>;
}
