import { ActionIcon, Button, Table, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { FlagDetail, Json, Variant } from '@/api/types';
import { Icon } from '@/components/Icon';
import { Note } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { sameJson } from '@/features/rules/wire';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { usedIn } from './usedIn';
import { useFlag } from './useFlag';
import { ValueEditor } from './ValueEditor';

/** The values a flag can have. Edits gather here and leave through their plan. */
export function FlagVariantsPage() {
  const { detail, scope } = useFlag();
  const { openPlan } = usePlan();
  const { flag } = detail;
  const [edited, setEdited] = useState<Variant[]>();
  const [blocked, setBlocked] = useState<{ key: string; places: string[] }>();
  const variants = edited ?? flag.variants;
  const readOnly = !scope.can('flag.edit') || Boolean(flag.archived_at);
  const fixed = flag.kind === 'boolean';
  const uses = usedIn(detail);
  useEffect(() => {
    if (edited && sameJson(edited, flag.variants)) setEdited(undefined);
  }, [edited, flag.variants]);

  const set = (index: number, patch: Partial<Variant>) =>
    setEdited(variants.map((variant, i) => (i === index ? { ...variant, ...patch } : variant)));
  const remove = (variant: Variant) => {
    const places = uses.get(variant.key) ?? [];
    if (places.length > 0) setBlocked({ key: variant.key, places });
    else {
      setBlocked(undefined);
      setEdited(variants.filter((other) => other !== variant));
    }
  };
  const keys = variants.map((variant) => variant.key);
  const wrong = keys.some((key, index) => key.trim() === '' || keys.indexOf(key) !== index);
  const review = async () => {
    const result = await openPlan({
      organization: scope.organization,
      project: scope.project,
      changes: [{ flag: { edit: { flag: flag.key, patch: { variants } } } }],
      base: { [flag.id]: flag.revision },
      title: t.changing(flag.key, t.variants),
      direct: false,
    });
    if (result.outcome !== 'cancelled') setEdited(undefined);
  };
  return (
    <div className={classes.main}>
      <div className={classes.scroll}>
        <Table className={`${classes.table} ${classes.wide}`} aria-label={t.variants} verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t.key}</Table.Th>
              <Table.Th scope="col">{t.value}</Table.Th>
              <Table.Th scope="col">{t.description}</Table.Th>
              <Table.Th scope="col">{t.usedIn}</Table.Th>
              <Table.Th scope="col">
                <span className={classes.hidden}>{t.acts}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {variants.map((variant, index) => {
              const known = flag.variants.some((other) => other.key === variant.key);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: the key of a new variant is being typed
                <Table.Tr key={index}>
                  <Table.Td>
                    {known || readOnly ? (
                      <span className={classes.key}>{variant.key}</span>
                    ) : (
                      <TextInput
                        size="xs"
                        aria-label={t.variantKey}
                        value={variant.key}
                        error={keys.indexOf(variant.key) !== index ? t.taken : undefined}
                        onChange={(event) => set(index, { key: event.currentTarget.value })}
                      />
                    )}
                  </Table.Td>
                  <Table.Td>
                    <ValueEditor
                      kind={flag.kind}
                      label={t.valueOf(variant.key)}
                      value={variant.value}
                      readOnly={readOnly || fixed}
                      onChange={(value: Json | undefined) => set(index, { value })}
                    />
                  </Table.Td>
                  <Table.Td>
                    {readOnly ? (
                      variant.description
                    ) : (
                      <TextInput
                        size="xs"
                        aria-label={t.descriptionOf(variant.key)}
                        value={variant.description ?? ''}
                        onChange={(event) => set(index, { description: event.currentTarget.value })}
                      />
                    )}
                  </Table.Td>
                  <Table.Td className={classes.muted}>
                    {(uses.get(variant.key) ?? []).join(', ') || t.nowhere}
                  </Table.Td>
                  <Table.Td>
                    {!readOnly && !fixed && (
                      <ActionIcon
                        size={24}
                        aria-label={t.removeNamed(variant.key)}
                        onClick={() => remove(variant)}
                      >
                        <Icon name="trash" size={14} />
                      </ActionIcon>
                    )}
                  </Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </div>
      {blocked && (
        <Note tone="warn">
          <p role="alert">{t.stillUsed(blocked.key)}</p>
          <ul>
            {blocked.places.map((place) => (
              <li key={place}>{place}</li>
            ))}
          </ul>
        </Note>
      )}
      {!readOnly && (
        <div className={classes.buttons}>
          {!fixed && (
            <Button
              size="xs"
              variant="default"
              onClick={() => setEdited([...variants, { key: nextKey(keys), value: firstValue(detail) }])}
            >
              {t.addVariant}
            </Button>
          )}
          <span className={classes.spacer} />
          {edited && (
            <>
              <Button size="xs" variant="default" onClick={() => setEdited(undefined)}>
                {t.discard}
              </Button>
              <Button size="xs" disabled={wrong} onClick={() => void review()}>
                {t.review}
              </Button>
            </>
          )}
        </div>
      )}
      <p className={classes.muted}>{fixed ? t.booleanVariants : t.variantsHelp}</p>
    </div>
  );
}

function nextKey(keys: string[]): string {
  for (let n = keys.length + 1; ; n += 1) {
    const key = `variant-${n}`;
    if (!keys.includes(key)) return key;
  }
}

function firstValue({ flag }: FlagDetail): Json {
  return { boolean: false, string: '', integer: 0, float: 0, object: {}, any: '' }[flag.kind];
}
