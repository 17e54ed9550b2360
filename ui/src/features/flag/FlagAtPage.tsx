import { common } from '@/text/common';

export function FlagAtPage() {
  return <p>{common.notBuilt}</p>;
}
