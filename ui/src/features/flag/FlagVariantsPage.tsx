import { common } from '@/text/common';

export function FlagVariantsPage() {
  return <p>{common.notBuilt}</p>;
}
