import { ActionIcon, Tooltip } from '@mantine/core';
import { useRef, useState } from 'react';
import { common } from '@/text/common';
import { Icon } from './Icon';

interface CopyButtonProps {
  value: string;
  /** What is copied, for the name: "key checkout-v2". */
  what: string;
  onCopied?: () => void;
}

export function CopyButton({ value, what, onCopied }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);
  const timer = useRef<number>(undefined);
  const copy = async () => {
    await navigator.clipboard?.writeText(value).catch(() => undefined);
    setCopied(true);
    onCopied?.();
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Tooltip label={copied ? common.copied : common.copyNamed(what)}>
      <ActionIcon
        size={24}
        aria-label={copied ? common.copied : common.copyNamed(what)}
        onClick={(event) => {
          event.stopPropagation();
          void copy();
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
