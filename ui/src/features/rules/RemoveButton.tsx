import { ActionIcon } from '@mantine/core';
import { Icon } from '@/components/Icon';

interface RemoveButtonProps {
  /** What goes, for those who do not see the cross. */
  label: string;
  onRemove: () => void;
}

/** The cross behind a step, a pause or an arm. */
export function RemoveButton({ label, onRemove }: RemoveButtonProps) {
  return (
    <ActionIcon size={24} aria-label={label} onClick={onRemove}>
      <Icon name="close" size={14} />
    </ActionIcon>
  );
}
