import { Button } from '@mantine/core';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { announce } from '@/components/announce';
import { Icon } from '@/components/Icon';
import { conditionEditorText as t } from '@/text/conditionEditor';
import { groupWords } from '@/text/rules';
import { useKnownAttributes } from './attributes';
import classes from './ConditionEditor.module.css';
import { ConditionNode } from './ConditionNode';
import { ConditionTextView } from './ConditionTextView';
import {
  append,
  at,
  liftAt,
  type Moved,
  moveAt,
  negateAt,
  nestAt,
  type Path,
  placeOf,
  removeAt,
  unitPath,
  unitPaths,
  wrapAt,
} from './condition';
import { newGroup, newTest } from './newNodes';
import { sentenceOf } from './sentence';
import { pathId, readPath, TreeContext } from './treeContext';
import { useTreeDrag } from './useTreeDrag';
import { validateCondition } from './validate';
import type { Condition } from './wire';

interface ConditionEditorProps {
  value: Condition | undefined;
  onChange: (next: Condition | undefined) => void;
  readOnly?: boolean;
  /** What the absence of a condition means here. */
  empty?: string;
}

const MOST_UNDO = 200;

/** The tree of a condition: nested groups, one row per test, all of it by keyboard. */
export function ConditionEditor({
  value,
  onChange,
  readOnly = false,
  empty = t.everybody,
}: ConditionEditorProps) {
  const attributes = useKnownAttributes();
  const [asText, setAsText] = useState(false);
  const [zoom, setZoom] = useState<Path>([]);
  const [active, setActive] = useState('/');
  const [past, setPast] = useState<(Condition | undefined)[]>([]);
  const pendingFocus = useRef<string>(undefined);
  const box = useRef<HTMLDivElement>(null);
  const helpId = useId();
  const problems = useMemo(() => validateCondition(value), [value]);
  const shownZoom = at(value, zoom) ? zoom : [];

  const apply = (next: Condition | undefined, focus?: Path) => {
    setPast((all) => [...all.slice(1 - MOST_UNDO), value]);
    onChange(next);
    if (focus) {
      setActive(pathId(focus));
      pendingFocus.current = pathId(focus);
    }
  };
  const undo = () => {
    const before = past[past.length - 1];
    if (past.length === 0) return;
    setPast((all) => all.slice(0, -1));
    onChange(before);
    announce(t.undone);
  };

  useEffect(() => {
    const wanted = pendingFocus.current;
    if (wanted === undefined) return;
    pendingFocus.current = undefined;
    box.current?.querySelector<HTMLElement>(`[data-path="${wanted}"]`)?.focus();
  });

  const focusRow = (path: Path) => {
    setActive(pathId(path));
    box.current?.querySelector<HTMLElement>(`[data-path="${pathId(path)}"]`)?.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const target = event.target as HTMLElement;
    if (
      (event.ctrlKey || event.metaKey) &&
      event.key.toLowerCase() === 'z' &&
      !(target instanceof HTMLInputElement)
    ) {
      event.preventDefault();
      undo();
      return;
    }
    const row = target.closest<HTMLElement>('[data-path]');
    if (!row) return;
    if (target !== row) {
      if (event.key === 'Escape' && !event.defaultPrevented) {
        event.preventDefault();
        event.stopPropagation();
        row.focus();
      }
      return;
    }
    const path = readPath(row.dataset.path);
    if (actOnRow(event, path)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  /** Keys of a focused row; true when the key was one. */
  const actOnRow = (event: KeyboardEvent, path: Path): boolean => {
    if (event.ctrlKey || event.metaKey) return false;
    const rows = unitPaths(value);
    const index = rows.findIndex((other) => pathId(other) === pathId(path));
    if (!event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const next = rows[index + (event.key === 'ArrowDown' ? 1 : -1)];
      if (next) focusRow(next);
      return true;
    }
    if (event.key === 'Enter') {
      const row = box.current?.querySelector<HTMLElement>(`[data-path="${pathId(path)}"]`);
      row?.querySelector<HTMLElement>('input, select, button')?.focus();
      return true;
    }
    if (readOnly || !value) return false;
    if (event.altKey) return moveRow(event.key, path);
    switch (event.key) {
      case 'a': {
        const added = append(value, groupFor(path), newTest());
        apply(added.root, added.path);
        return true;
      }
      case 'g':
        apply(wrapAt(value, path), path);
        return true;
      case 'n':
        apply(negateAt(value, path), path);
        return true;
      case 'Delete':
      case 'Backspace': {
        const next = removeAt(value, path);
        const before = rows[Math.max(0, index - 1)] ?? [];
        apply(next, next ? unitPath(next, before) : []);
        announce(t.deleted);
        return true;
      }
      default:
        return false;
    }
  };

  const groupFor = (path: Path): Path => {
    const node = at(value, path);
    const inner = node && 'not' in node ? node.not : node;
    if (inner && ('all' in inner || 'any' in inner)) return path;
    return path.length === 0 ? path : unitPath(value, path.slice(0, -1));
  };

  /** Takes a move over and says where the row stands now, or that it cannot go there. */
  const settle = (moved: Moved | undefined) => {
    if (!moved) {
      announce(t.atEdge);
      return;
    }
    apply(moved.root, moved.path);
    const place = placeOf(moved.root, moved.path);
    if (place) announce(t.movedTo(place.position, place.count, groupWords[place.word], place.level));
  };
  const drag = useTreeDrag(box, value, settle);

  const moveRow = (key: string, path: Path): boolean => {
    if (!value) return false;
    const moved =
      key === 'ArrowUp'
        ? moveAt(value, path, -1)
        : key === 'ArrowDown'
          ? moveAt(value, path, 1)
          : key === 'ArrowRight'
            ? nestAt(value, path)
            : key === 'ArrowLeft'
              ? liftAt(value, path)
              : undefined;
    if (key.startsWith('Arrow')) settle(moved);
    return key.startsWith('Arrow');
  };

  const api = {
    root: value,
    readOnly,
    attributes,
    problems,
    active,
    setActive: (path: Path) => setActive(pathId(path)),
    apply,
    moved: settle,
    handle: readOnly ? undefined : drag.handle,
    open: setZoom,
  };
  const add = (node: Condition) => {
    const added = append(value, [], node);
    apply(added.root, added.path);
  };

  return (
    <TreeContext.Provider value={api}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys of the focused row inside bubble up to here */}
      <div ref={box} className={classes.editor} onKeyDown={onKeyDown}>
        {asText ? (
          <ConditionTextView value={value} readOnly={readOnly} onChange={(next) => apply(next)} />
        ) : (
          <>
            {shownZoom.length > 0 && (
              <Button
                size="compact-xs"
                variant="subtle"
                onClick={() => setZoom([])}
                leftSection={<Icon name="chevronLeft" size={12} />}
              >
                {t.wholeTree}
              </Button>
            )}
            {value ? <ConditionNode path={shownZoom} level={1} /> : <p className={classes.nobody}>{empty}</p>}
            {drag.line && <span className={classes.dropLine} aria-hidden="true" style={drag.line} />}
          </>
        )}
        <div className={classes.bar}>
          {!readOnly && !asText && !isGroup(value) && (
            <>
              <Button size="compact-xs" variant="default" onClick={() => add(newTest())}>
                {t.addCondition}
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => add({ segment: '' })}>
                {t.addSegment}
              </Button>
              <Button size="compact-xs" variant="default" onClick={() => add(newGroup('any'))}>
                {t.addGroup}
              </Button>
            </>
          )}
          <span className={classes.spacer} />
          {!readOnly && (
            <Button size="compact-xs" variant="subtle" disabled={past.length === 0} onClick={undo}>
              {t.undo}
            </Button>
          )}
          <Button size="compact-xs" variant="subtle" aria-pressed={asText} onClick={() => setAsText(!asText)}>
            {asText ? t.tree : t.text}
          </Button>
        </div>
        {!readOnly && !asText && value && (
          <p id={helpId} className={classes.keys}>
            {t.keys}
          </p>
        )}
        <p className={classes.reads}>
          <span className={classes.readsLabel}>{t.reads}</span> {value ? sentenceOf(value) : empty}
        </p>
      </div>
    </TreeContext.Provider>
  );
}

function isGroup(node: Condition | undefined): boolean {
  if (!node) return false;
  const inner = 'not' in node ? node.not : node;
  return 'all' in inner || 'any' in inner;
}
