import { common } from '@/text/common';

export function ProjectSettingsPage() {
  return <p>{common.notBuilt}</p>;
}
