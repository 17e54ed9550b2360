import { Button, type ButtonProps, Tooltip, VisuallyHidden } from '@mantine/core';
import { type ComponentPropsWithoutRef, useId } from 'react';
import { common } from '@/text/common';

type GuardedButtonProps = ButtonProps &
  Omit<ComponentPropsWithoutRef<'button'>, keyof ButtonProps> & {
    allowed: boolean;
    /** Name of the missing permission, or a whole sentence in `reason`. */
    permission?: string;
    reason?: string;
  };

/** A button that stays visible when it may not be used, and says why. */
export function GuardedButton({ allowed, permission, reason, onClick, ...rest }: GuardedButtonProps) {
  const id = useId();
  if (allowed) return <Button {...rest} onClick={onClick} />;
  const text = reason ?? common.needsLong(permission ?? '');
  return (
    <Tooltip label={text} events={{ hover: true, focus: true, touch: true }}>
      <span>
        <Button
          {...rest}
          aria-disabled
          data-disabled
          aria-describedby={id}
          onClick={(event) => event.preventDefault()}
        />
        <VisuallyHidden id={id}>{text}</VisuallyHidden>
      </span>
    </Tooltip>
  );
}
