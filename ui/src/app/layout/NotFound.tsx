import { common } from '@/text/common';

export function NotFound() {
  return (
    <div role="alert">
      <h1>{common.missingTitle}</h1>
      <p>{common.missingDetail}</p>
    </div>
  );
}
