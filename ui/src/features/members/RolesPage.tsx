import { common } from '@/text/common';

export function RolesPage() {
  return <p>{common.notBuilt}</p>;
}
