import { common } from '@/text/common';

export function RouteProblem({ error }: { error: unknown }) {
  return (
    <div role="alert">
      <h1>{common.missingTitle}</h1>
      <p>{error instanceof Error ? error.message : String(error)}</p>
    </div>
  );
}
