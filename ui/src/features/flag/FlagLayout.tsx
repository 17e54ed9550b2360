import { Outlet } from '@tanstack/react-router';

/** Header and tabs of one flag; the tabs' pages are its outlet. */
export function FlagLayout() {
  return <Outlet />;
}
