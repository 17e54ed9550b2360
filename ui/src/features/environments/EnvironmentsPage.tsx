import { common } from '@/text/common';

export function EnvironmentsPage() {
  return <p>{common.notBuilt}</p>;
}
