import { common } from '@/text/common';

export function ProjectsPage() {
  return <p>{common.notBuilt}</p>;
}
