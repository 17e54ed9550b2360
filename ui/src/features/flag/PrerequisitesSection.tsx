import { ActionIcon, Button, Checkbox, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { flagQuery } from '@/api/queries';
import type { FlagEnvironment } from '@/api/types';
import { Icon } from '@/components/Icon';
import { StateMark } from '@/components/StateMark';
import { prerequisiteWords } from '@/features/rules/diff';
import type { Prerequisite } from '@/features/rules/wire';
import { flagText as t } from '@/text/flag';
import classes from './Flag.module.css';
import { FlagPicker } from './FlagPicker';
import { Section } from './Section';
import { flagAddress, useFlag } from './useFlag';
import type { FlagDraft } from './useFlagDraft';

interface PrerequisitesSectionProps {
  entry: FlagEnvironment;
  draft: FlagDraft;
  readOnly: boolean;
}

/** Other flags that must be in a state first; otherwise the off variant is served. */
export function PrerequisitesSection({ entry, draft, readOnly }: PrerequisitesSectionProps) {
  const [adding, setAdding] = useState(false);
  const list = draft.body.config.prerequisites;
  const set = (prerequisites: Prerequisite[]) => draft.setConfig({ prerequisites });
  return (
    <Section
      number={3}
      id="prerequisites"
      title={t.prerequisites}
      summary={list.length === 0 ? t.none : t.allMustHold}
      actions={
        !readOnly &&
        !adding && (
          <Button size="compact-xs" variant="default" onClick={() => setAdding(true)}>
            {t.addPrerequisite}
          </Button>
        )
      }
    >
      {(list.length > 0 || adding) && (
        <>
          <ul className={classes.lines}>
            {list.map((item) => (
              <PrerequisiteLine
                key={item.flag}
                item={item}
                environment={entry.environment.key}
                readOnly={readOnly}
                onRemove={() => set(list.filter((other) => other !== item))}
              />
            ))}
          </ul>
          {adding && (
            <AddPrerequisite
              present={list.map((item) => item.flag)}
              onCancel={() => setAdding(false)}
              onAdd={(item) => {
                set([...list.filter((other) => other.flag !== item.flag), item]);
                setAdding(false);
              }}
            />
          )}
        </>
      )}
    </Section>
  );
}

interface LineProps {
  item: Prerequisite;
  environment: string;
  readOnly: boolean;
  onRemove: () => void;
}

function PrerequisiteLine({ item, environment, readOnly, onRemove }: LineProps) {
  const { scope, projectRoot } = useFlag();
  const { data } = useQuery({
    ...flagQuery(scope.organization, scope.project, item.flag),
    staleTime: 30_000,
  });
  const now = data?.environments.find((entry) => entry.environment.key === environment);
  return (
    <li className={classes.line}>
      <Link to={flagAddress(projectRoot, item.flag)} className={classes.key}>
        {item.flag}
      </Link>
      <span>{t.mustBe(prerequisiteWords(item))}</span>
      {now && (
        <span className={classes.muted}>
          {t.now} <StateMark state={now.state} share={now.share ?? null} />
        </span>
      )}
      {!readOnly && (
        <ActionIcon size={24} aria-label={t.removeNamed(item.flag)} onClick={onRemove}>
          <Icon name="close" size={14} />
        </ActionIcon>
      )}
    </li>
  );
}

interface AddProps {
  present: string[];
  onAdd: (item: Prerequisite) => void;
  onCancel: () => void;
}

function AddPrerequisite({ present, onAdd, onCancel }: AddProps) {
  const { detail, scope } = useFlag();
  const [flag, setFlag] = useState('');
  const [must, setMust] = useState<'enabled' | 'variants'>('enabled');
  const [variants, setVariants] = useState<string[]>([]);
  const { data } = useQuery({
    ...flagQuery(scope.organization, scope.project, flag),
    enabled: flag !== '',
    retry: false,
  });
  const keys = data?.flag.variants.map((variant) => variant.key) ?? [];
  const ready = Boolean(data) && !present.includes(flag) && (must === 'enabled' || variants.length > 0);
  return (
    <form
      className={classes.inlineForm}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onAdd(must === 'enabled' ? { flag, enabled: true } : { flag, variants });
      }}
    >
      <FlagPicker label={t.otherFlag} value={flag} without={detail.flag.key} onChange={setFlag} />
      <NativeSelect
        size="xs"
        label={t.must}
        value={must}
        data={[
          { value: 'enabled', label: t.mustBeOn },
          { value: 'variants', label: t.mustServe },
        ]}
        onChange={(event) => setMust(event.currentTarget.value === 'variants' ? 'variants' : 'enabled')}
      />
      {must === 'variants' && (
        <Checkbox.Group label={t.variants} value={variants} onChange={setVariants}>
          <div className={classes.choices}>
            {keys.map((key) => (
              <Checkbox key={key} value={key} label={key} />
            ))}
          </div>
        </Checkbox.Group>
      )}
      <Button size="xs" type="submit" variant="default" disabled={!ready}>
        {t.add}
      </Button>
      <Button size="xs" variant="subtle" onClick={onCancel}>
        {t.cancel}
      </Button>
    </form>
  );
}
