import { common } from '@/text/common';

export function FlagSettingsPage() {
  return <p>{common.notBuilt}</p>;
}
