import { common } from '@/text/common';

export function FlagHistoryPage() {
  return <p>{common.notBuilt}</p>;
}
