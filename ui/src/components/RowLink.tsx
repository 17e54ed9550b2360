import { useRouter } from '@tanstack/react-router';
import type { AnchorHTMLAttributes } from 'react';

interface RowLinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string;
}

/** A link in a long list. It does not watch the address as the router's own does, which a hundred rows feel. */
export function RowLink({ to, children, ...rest }: RowLinkProps) {
  const router = useRouter();
  const preload = () => void router.preloadRoute({ to });
  return (
    <a
      {...rest}
      href={to}
      onMouseEnter={preload}
      onFocus={preload}
      onClick={(event) => {
        const other = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
        if (event.button !== 0 || other) return;
        event.preventDefault();
        void router.navigate({ to });
      }}
    >
      {children}
    </a>
  );
}
