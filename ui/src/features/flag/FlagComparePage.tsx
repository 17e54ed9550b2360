import { common } from '@/text/common';

export function FlagComparePage() {
  return <p>{common.notBuilt}</p>;
}
