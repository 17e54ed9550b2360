import { EmptyState } from '@/components/Status';
import { flagText as t } from '@/text/flag';

export function FlagUsagePage() {
  return <EmptyState title={t.noUsage} text={t.noUsageText} />;
}
