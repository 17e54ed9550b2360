import { common } from '@/text/common';

export function TesterPage() {
  return <p>{common.notBuilt}</p>;
}
