import { common } from '@/text/common';

export function HistoryPage() {
  return <p>{common.notBuilt}</p>;
}
