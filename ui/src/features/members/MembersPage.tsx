import { common } from '@/text/common';

export function MembersPage() {
  return <p>{common.notBuilt}</p>;
}
