import { common } from '@/text/common';

export function LoginPage() {
  return <p>{common.notBuilt}</p>;
}
