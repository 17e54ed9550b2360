import { common } from '@/text/common';

export function AccountPage() {
  return <p>{common.notBuilt}</p>;
}
