import { common } from '@/text/common';

export function SetupPage() {
  return <p>{common.notBuilt}</p>;
}
