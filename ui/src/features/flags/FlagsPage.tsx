import { common } from '@/text/common';

export function FlagsPage() {
  return <p>{common.notBuilt}</p>;
}
