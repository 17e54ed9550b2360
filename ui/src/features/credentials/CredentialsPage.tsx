import { common } from '@/text/common';

export function CredentialsPage() {
  return <p>{common.notBuilt}</p>;
}
