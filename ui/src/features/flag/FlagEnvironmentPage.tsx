import { common } from '@/text/common';

export function FlagEnvironmentPage() {
  return <p>{common.notBuilt}</p>;
}
