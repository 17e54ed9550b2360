import { common } from '@/text/common';

export function ImportPage() {
  return <p>{common.notBuilt}</p>;
}
