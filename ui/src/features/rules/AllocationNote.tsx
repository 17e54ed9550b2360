import { splitText as t } from '@/text/split';
import classes from './Serve.module.css';
import type { Allocation } from './wire';

function inputWords(allocation: Allocation): string {
  const inputs = allocation.inputs ?? [{ first_of: ['targetingKey'] }];
  return inputs
    .map((input) => {
      if (input === 'environment') return t.environmentInput;
      if ('flagsmith_identity' in input) return t.identityInput;
      return 'literal' in input ? `“${input.literal}”` : input.first_of.join(t.orElse);
    })
    .join(' + ');
}

/** Scheme, salt and inputs: shown, never edited. */
export function AllocationNote({ allocation }: { allocation: Allocation | undefined }) {
  const isNew = !allocation?.salt && (allocation?.scheme ?? 'hoist64') === 'hoist64';
  if (!allocation || isNew) return <p className={classes.hint}>{t.newAllocation}</p>;
  return (
    <p className={classes.hint}>
      {t.allocation(inputWords(allocation), allocation.scheme ?? 'hoist64', allocation.salt.slice(0, 8))}
    </p>
  );
}
