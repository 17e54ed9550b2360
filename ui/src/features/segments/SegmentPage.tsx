import { common } from '@/text/common';

export function SegmentPage() {
  return <p>{common.notBuilt}</p>;
}
