import { common } from '@/text/common';

export function HomePage() {
  return <p>{common.notBuilt}</p>;
}
