import { common } from '@/text/common';

export function SegmentsPage() {
  return <p>{common.notBuilt}</p>;
}
