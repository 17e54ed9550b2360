import { common } from '@/text/common';

export function FlagOverviewPage() {
  return <p>{common.notBuilt}</p>;
}
