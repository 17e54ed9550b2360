import { Kbd, Switch } from '@mantine/core';
import { useState } from 'react';
import { Dialog } from '@/components/Dialog';
import { setSingleKeys, singleKeysOn } from '@/components/keys';
import { frameText } from '@/text/frame';
import classes from './Frame.module.css';

const words = frameText.keys;

const groups: { title: string; keys: [string, string][] }[] = [
  {
    title: frameText.keysGroups.go,
    keys: [
      ['Ctrl K', words.palette],
      ['g f', words.goFlags],
      ['g s', words.goSegments],
      ['g t', words.goTester],
      ['g d', words.goCalendar],
      ['g a', words.goActivity],
      ['g h', words.goHistory],
      ['g c', words.goSettings],
    ],
  },
  {
    title: frameText.keysGroups.list,
    keys: [
      ['/', words.search],
      ['c', words.create],
      ['j', words.next],
      ['k', words.previous],
      ['Enter', words.open],
      ['o', words.panel],
      ['x', words.select],
    ],
  },
  {
    title: frameText.keysGroups.page,
    keys: [
      ['[ ]', words.environments],
      ['1…9', words.nth],
      ['e', words.edit],
      ['a', words.rule],
      ['t', words.tester],
      ['r', words.draft],
      ['z', words.undo],
      ['Esc', words.back],
      ['Ctrl Enter', words.apply],
      ['?', words.help],
    ],
  },
];

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const [single, setSingle] = useState(singleKeysOn);
  return (
    <Dialog onClose={onClose} title={frameText.keysTitle} size={720}>
      <div className={classes.keys}>
        {groups.map((group) => (
          <section key={group.title}>
            <h2>{group.title}</h2>
            <dl>
              {group.keys.map(([key, text]) => (
                <div key={key}>
                  <dt>
                    <Kbd>{key}</Kbd>
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Switch
        label={frameText.keysSingle}
        checked={single}
        onChange={(event) => {
          setSingleKeys(event.currentTarget.checked);
          setSingle(event.currentTarget.checked);
        }}
      />
    </Dialog>
  );
}
