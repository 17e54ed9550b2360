import { ActionIcon, Button, Menu, NativeSelect } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '@/components/Icon';
import movable from '@/components/Movable.module.css';
import { conditionEditorText as t } from '@/text/conditionEditor';
import { conditionProblems, groupWords } from '@/text/rules';
import classes from './ConditionEditor.module.css';
import {
  append,
  childrenOf,
  type GroupWord,
  liftAt,
  moveAt,
  negateAt,
  nestAt,
  type Path,
  pointerOf,
  removeAt,
  setWord,
  type Unit,
  unitAt,
  wordOf,
  wrapAt,
} from './condition';
import { LeafFields } from './LeafFields';
import { MarkShape } from './MarkShape';
import { newGroup, newTest } from './newNodes';
import { sentenceOf } from './sentence';
import { pathId, useTree } from './treeContext';

const DEEPEST_DRAWN = 5;

interface NodeProps {
  path: Path;
  level: number;
}

/** One unit of the tree: a group with its rail, or a leaf. */
export function ConditionNode({ path, level }: NodeProps) {
  const { root } = useTree();
  const unit = unitAt(root, path);
  if (!unit) return null;
  return childrenOf(unit.core) ? (
    <Group path={path} unit={unit} level={level} />
  ) : (
    <Row path={path} unit={unit}>
      {unit.nots > 0 && <span className={classes.not}>{Array(unit.nots).fill(t.not).join(' ')}</span>}
      <LeafFields path={path} unit={unit} />
    </Row>
  );
}

function Row({ path, unit, children }: { path: Path; unit: Unit; children: ReactNode }) {
  const { root, active, setActive, problems, handle } = useTree();
  const id = pathId(path);
  const mine = problems.filter((problem) => pathId(problem.path) === pathId(unit.corePath));
  const node = unit.nots > 0 ? { not: unit.core } : unit.core;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a row of the tree, not a set of form fields
    <div
      className={classes.row}
      data-path={id}
      role="group"
      aria-label={sentenceOf(node)}
      aria-keyshortcuts="a g n Alt+ArrowUp Alt+ArrowDown Alt+ArrowRight Alt+ArrowLeft Delete"
      tabIndex={active === id ? 0 : -1}
      onFocus={() => setActive(path)}
    >
      {handle && path.length > 0 && (
        <span className={movable.handle} aria-hidden="true" data-handle {...handle(path)}>
          ⠿
        </span>
      )}
      <div className={classes.fields}>{children}</div>
      <MarkShape pointer={pointerOf(root, unit.corePath)} />
      <NodeMenu path={path} unit={unit} />
      {mine.length > 0 && (
        <p className={classes.problem}>
          <Icon name="warn" size={12} /> {mine.map((problem) => conditionProblems[problem.code]).join(' ')}
        </p>
      )}
    </div>
  );
}

function Group({ path, unit, level }: { path: Path; unit: Unit; level: number }) {
  const { root, apply, readOnly, open } = useTree();
  const list = childrenOf(unit.core) ?? [];
  const word = wordOf(unit) ?? 'all';
  if (level > DEEPEST_DRAWN) {
    return (
      <Row path={path} unit={unit}>
        <span className={classes.folded}>{sentenceOf(unit.nots > 0 ? { not: unit.core } : unit.core)}</span>
        <Button size="compact-xs" variant="default" onClick={() => open(path)}>
          {t.openGroup}
        </Button>
      </Row>
    );
  }
  const add = (node: ReturnType<typeof newTest>) => {
    if (!root) return;
    const added = append(root, path, node);
    apply(added.root, added.path);
  };
  return (
    <div className={classes.group} data-word={word}>
      <Row path={path} unit={unit}>
        {unit.nots > 1 && (
          <span className={classes.not}>
            {Array(unit.nots - 1)
              .fill(t.not)
              .join(' ')}
          </span>
        )}
        <NativeSelect
          size="xs"
          className={classes.word}
          aria-label={t.groupWord}
          value={word}
          disabled={readOnly}
          data={Object.entries(groupWords).map(([value, label]) => ({ value, label }))}
          onChange={(event) => root && apply(setWord(root, path, event.currentTarget.value as GroupWord))}
        />
        {list.length === 0 && (
          <span className={classes.muted}>{word === 'all' || word === 'none' ? t.emptyAll : t.emptyAny}</span>
        )}
      </Row>
      <div className={classes.children}>
        {list.map((_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a place in the tree is the identity of a part
          <ConditionNode key={index} path={[...unit.corePath, index]} level={level + 1} />
        ))}
        {!readOnly && (
          <div className={classes.adders}>
            <Button size="compact-xs" variant="subtle" onClick={() => add(newTest())}>
              {t.addCondition}
            </Button>
            <Button size="compact-xs" variant="subtle" onClick={() => add({ segment: '' })}>
              {t.addSegment}
            </Button>
            <Button
              size="compact-xs"
              variant="subtle"
              onClick={() => add(newGroup(word === 'any' || word === 'none' ? 'all' : 'any'))}
            >
              {t.addGroup}
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** The same acts as the keys, for the mouse and for touch. */
function NodeMenu({ path, unit }: { path: Path; unit: Unit }) {
  const { root, readOnly, apply, moved } = useTree();
  if (readOnly || !root) return null;
  const up = moveAt(root, path, -1);
  const down = moveAt(root, path, 1);
  const lifted = liftAt(root, path);
  const nested = path.length > 0 ? nestAt(root, path) : undefined;
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon size={24} aria-label={t.rowMenu(sentenceOf(unit.core))}>
          <Icon name="dots" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item rightSection="n" onClick={() => apply(negateAt(root, path), path)}>
          {t.negate}
        </Menu.Item>
        <Menu.Item rightSection="g" onClick={() => apply(wrapAt(root, path), path)}>
          {t.wrap}
        </Menu.Item>
        <Menu.Item rightSection="Alt ↑" disabled={!up} onClick={() => moved(up)}>
          {t.up}
        </Menu.Item>
        <Menu.Item rightSection="Alt ↓" disabled={!down} onClick={() => moved(down)}>
          {t.down}
        </Menu.Item>
        <Menu.Item rightSection="Alt →" disabled={!nested} onClick={() => moved(nested)}>
          {t.nest}
        </Menu.Item>
        <Menu.Item rightSection="Alt ←" disabled={!lifted} onClick={() => moved(lifted)}>
          {t.lift}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item rightSection="Del" onClick={() => apply(removeAt(root, path))}>
          {t.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
