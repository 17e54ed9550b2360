import { common } from '@/text/common';

export function AuditPage() {
  return <p>{common.notBuilt}</p>;
}
