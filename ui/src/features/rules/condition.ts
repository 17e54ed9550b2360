/**
 * Edits of a condition tree. All of them are pure and work on paths.
 *
 * A path is the list of child positions from the root; the child of a `not` is at 0. What a
 * person sees as one row is a *unit*: a node together with the `not`s directly around it.
 */
import type { Condition, Test } from './wire';

export type Path = readonly number[];
export type GroupWord = 'all' | 'any' | 'not_all' | 'none';

export interface Unit {
  /** How many `not`s stand around the core. */
  nots: number;
  core: Condition;
  /** Where the core is; the path of the unit itself is the outermost `not`. */
  corePath: Path;
}

export function childrenOf(node: Condition): readonly Condition[] | undefined {
  if ('all' in node) return node.all;
  if ('any' in node) return node.any;
  return undefined;
}

function kids(node: Condition): readonly Condition[] {
  return 'not' in node ? [node.not] : (childrenOf(node) ?? []);
}

function withKids(node: Condition, next: Condition[]): Condition {
  if ('all' in node) return { all: next };
  if ('any' in node) return { any: next };
  const only = next[0];
  if ('not' in node && only) return { not: only };
  return node;
}

export function at(root: Condition | undefined, path: Path): Condition | undefined {
  let node = root;
  for (const index of path) {
    if (!node) return undefined;
    node = kids(node)[index];
  }
  return node;
}

export function replaceAt(root: Condition, path: Path, node: Condition): Condition {
  const [head, ...tail] = path;
  if (head === undefined) return node;
  const list = kids(root);
  const child = list[head];
  if (!child) return root;
  const next = [...list];
  next[head] = replaceAt(child, tail, node);
  return withKids(root, next);
}

export function unitAt(root: Condition | undefined, path: Path): Unit | undefined {
  let core = at(root, path);
  if (!core) return undefined;
  let corePath = path;
  let nots = 0;
  while ('not' in core) {
    core = core.not;
    corePath = [...corePath, 0];
    nots += 1;
  }
  return { nots, core, corePath };
}

function negated(core: Condition, nots: number): Condition {
  let node = core;
  for (let i = 0; i < nots; i += 1) node = { not: node };
  return node;
}

/** The unit that `path` is part of: climbs out of `not`s. */
export function unitPath(root: Condition | undefined, path: Path): Path {
  let current = path;
  while (current.length > 0) {
    const parent = at(root, current.slice(0, -1));
    if (!parent || !('not' in parent)) return current;
    current = current.slice(0, -1);
  }
  return current;
}

/** The unit of the group around a unit; `undefined` for the root. */
export function parentPath(root: Condition | undefined, path: Path): Path | undefined {
  if (path.length === 0) return undefined;
  return unitPath(root, path.slice(0, -1));
}

/** Takes a unit out. Without the root there is no condition: everybody matches. */
export function removeAt(root: Condition, path: Path): Condition | undefined {
  const target = unitPath(root, path);
  const index = target[target.length - 1];
  if (index === undefined) return undefined;
  const groupPath = target.slice(0, -1);
  const group = at(root, groupPath);
  if (!group) return root;
  return replaceAt(
    root,
    groupPath,
    withKids(
      group,
      kids(group).filter((_, i) => i !== index),
    ),
  );
}

/** Puts a node into the group of a unit; a lone leaf becomes an `all` group first. */
export function insertAt(
  root: Condition | undefined,
  group: Path,
  index: number,
  node: Condition,
): Condition {
  if (!root) return node;
  const unit = unitAt(root, group);
  if (!unit) return root;
  const list = childrenOf(unit.core);
  if (!list) return replaceAt(root, group, { all: [negated(unit.core, unit.nots), node] });
  const place = Math.max(0, Math.min(index, list.length));
  return replaceAt(
    root,
    unit.corePath,
    withKids(unit.core, [...list.slice(0, place), node, ...list.slice(place)]),
  );
}

/** Adds at the end of the group at `group` and says where it went. */
export function append(
  root: Condition | undefined,
  group: Path,
  node: Condition,
): { root: Condition; path: Path } {
  if (!root) return { root: node, path: [] };
  const unit = unitAt(root, group);
  if (!unit) return { root, path: group };
  const list = childrenOf(unit.core);
  if (!list) return { root: insertAt(root, group, 1, node), path: [...group, 1] };
  return { root: insertAt(root, group, list.length, node), path: [...unit.corePath, list.length] };
}

export function wrapAt(root: Condition, path: Path, word: 'all' | 'any' = 'all'): Condition {
  const node = at(root, path);
  if (!node) return root;
  return replaceAt(root, path, word === 'all' ? { all: [node] } : { any: [node] });
}

/** Turns the meaning of a unit around with the fewest words. */
export function negateAt(root: Condition, path: Path): Condition {
  const unit = unitAt(root, path);
  if (!unit) return root;
  if (unit.nots > 0) return replaceAt(root, path, negated(unit.core, unit.nots - 1));
  if ('test' in unit.core) {
    const { negate, ...rest } = unit.core.test;
    return replaceAt(root, path, { test: negate ? rest : { ...rest, negate: true } });
  }
  return replaceAt(root, path, { not: unit.core });
}

export function wordOf(unit: Unit): GroupWord | undefined {
  const odd = unit.nots % 2 === 1;
  if ('all' in unit.core) return odd ? 'not_all' : 'all';
  if ('any' in unit.core) return odd ? 'none' : 'any';
  return undefined;
}

export function setWord(root: Condition, path: Path, word: GroupWord): Condition {
  const unit = unitAt(root, path);
  const list = unit && childrenOf(unit.core);
  if (!list) return root;
  const children = [...list];
  const core: Condition = word === 'all' || word === 'not_all' ? { all: children } : { any: children };
  return replaceAt(root, path, word === 'all' || word === 'any' ? core : { not: core });
}

export interface Moved {
  root: Condition;
  path: Path;
}

/** Moves a unit among its siblings; `undefined` at the edge. */
export function moveAt(root: Condition, path: Path, by: -1 | 1): Moved | undefined {
  const target = unitPath(root, path);
  const index = target[target.length - 1];
  if (index === undefined) return undefined;
  const groupPath = target.slice(0, -1);
  const group = at(root, groupPath);
  if (!group) return undefined;
  const list = [...kids(group)];
  const other = index + by;
  const mine = list[index];
  const theirs = list[other];
  if (!mine || !theirs) return undefined;
  list[index] = theirs;
  list[other] = mine;
  return { root: replaceAt(root, groupPath, withKids(group, list)), path: [...groupPath, other] };
}

/** Moves a unit out of its group, to the place right after it; an emptied group goes. */
export function liftAt(root: Condition, path: Path): Moved | undefined {
  const target = unitPath(root, path);
  const groupUnit = parentPath(root, target);
  const node = at(root, target);
  if (!groupUnit || groupUnit.length === 0 || !node) return undefined;
  const outer = groupUnit.slice(0, -1);
  const outerGroup = at(root, outer);
  const position = groupUnit[groupUnit.length - 1];
  const inner = unitAt(root, groupUnit);
  const innerList = inner && childrenOf(inner.core);
  if (!outerGroup || position === undefined || !inner || !innerList) return undefined;
  const index = target[target.length - 1];
  const left = innerList.filter((_, i) => i !== index);
  const list = [...kids(outerGroup)];
  if (left.length === 0) {
    list[position] = node;
    return { root: replaceAt(root, outer, withKids(outerGroup, list)), path: [...outer, position] };
  }
  list[position] = negated(withKids(inner.core, left), inner.nots);
  list.splice(position + 1, 0, node);
  return { root: replaceAt(root, outer, withKids(outerGroup, list)), path: [...outer, position + 1] };
}

/** Moves a unit into the group before it, else the one after it, else into a new one. */
export function nestAt(root: Condition, path: Path): Moved | undefined {
  const target = unitPath(root, path);
  const index = target[target.length - 1];
  const node = at(root, target);
  if (!node) return undefined;
  if (index === undefined) return { root: { all: [node] }, path: [0] };
  const groupPath = target.slice(0, -1);
  const group = at(root, groupPath);
  if (!group) return undefined;
  const list = [...kids(group)];
  for (const [position, end] of [
    [index - 1, true],
    [index + 1, false],
  ] as const) {
    const sibling = position < 0 ? undefined : unitAt(root, [...groupPath, position]);
    const children = sibling && childrenOf(sibling.core);
    if (!sibling || !children) continue;
    const joined = withKids(sibling.core, end ? [...children, node] : [node, ...children]);
    list[position] = negated(joined, sibling.nots);
    list.splice(index, 1);
    const where = position > index ? position - 1 : position;
    const down = Array.from({ length: sibling.nots }, () => 0);
    return {
      root: replaceAt(root, groupPath, withKids(group, list)),
      path: [...groupPath, where, ...down, end ? children.length : 0],
    };
  }
  const word = 'all' in group ? 'any' : 'all';
  return { root: wrapAt(root, target, word), path: [...target, 0] };
}

/** Where a node is, told apart by itself and not by what it says. */
function pathOf(root: Condition, wanted: Condition, path: Path = []): Path | undefined {
  if (root === wanted) return path;
  for (const [index, child] of kids(root).entries()) {
    const found = pathOf(child, wanted, [...path, index]);
    if (found) return found;
  }
  return undefined;
}

const startsWith = (path: Path, start: Path) => start.every((value, index) => path[index] === value);

/**
 * Puts a unit before the child at `index` of any group; an emptied group goes. `undefined` where that changes
 * nothing, and inside of itself.
 */
export function placeAt(root: Condition, path: Path, group: Path, index: number): Moved | undefined {
  const from = unitPath(root, path);
  const [into, node] = [unitAt(root, group), at(root, from)];
  if (from.length === 0 || !into || !node || !childrenOf(into.core) || startsWith(group, from))
    return undefined;
  const own = from[from.length - 1] ?? 0;
  const stays = samePath(into.corePath, from.slice(0, -1)) && (index === own || index === own + 1);
  if (stays) return undefined;
  // What is taken out leaves a mark, so that places stay what they are until it has been put in.
  const [mark, placed]: [Condition, Condition] = [{ all: [] }, { ...node }];
  let next: Condition | undefined = insertAt(replaceAt(root, from, mark), group, index, placed);
  let hole: Path | undefined = pathOf(next, mark);
  while (next && hole && hole.length > 0) {
    const outer: Path | undefined = parentPath(next, hole);
    next = removeAt(next, hole);
    const left = outer && unitAt(next, outer);
    hole = outer && left && childrenOf(left.core)?.length === 0 ? outer : undefined;
  }
  const where = next && pathOf(next, placed);
  return next && where ? { root: next, path: where } : undefined;
}

/** Where a unit stands: its place among its siblings, and the group and level that it is in. */
export function placeOf(
  root: Condition,
  path: Path,
): { position: number; count: number; word: GroupWord; level: number } | undefined {
  const group = parentPath(root, path);
  const unit = group && unitAt(root, group);
  const list = unit && childrenOf(unit.core);
  const word = unit && wordOf(unit);
  if (!group || !list || !word) return undefined;
  let level = 1;
  for (let outer = parentPath(root, group); outer; outer = parentPath(root, outer)) level += 1;
  return { position: (path[path.length - 1] ?? 0) + 1, count: list.length, word, level };
}

/** Every unit in reading order, for arrow keys and tests. */
export function unitPaths(root: Condition | undefined): Path[] {
  const found: Path[] = [];
  const visit = (path: Path) => {
    const unit = unitAt(root, path);
    if (!unit) return;
    found.push(path);
    childrenOf(unit.core)?.forEach((_, index) => {
      visit([...unit.corePath, index]);
    });
  };
  visit([]);
  return found;
}

export function depthOf(node: Condition): number {
  return 1 + Math.max(0, ...kids(node).map(depthOf));
}

export function countOf(node: Condition): number {
  return 1 + kids(node).reduce((sum, child) => sum + countOf(child), 0);
}

export function testsOf(node: Condition | undefined): Test[] {
  if (!node) return [];
  if ('test' in node) return [node.test];
  return kids(node).flatMap(testsOf);
}

export function segmentsOf(node: Condition | undefined): string[] {
  if (!node) return [];
  if ('segment' in node) return [node.segment];
  return kids(node).flatMap(segmentsOf);
}

export function samePath(left: Path, right: Path): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

/** `/all/1/not` for a path: the pointer the server uses for problems and marks. */
export function pointerOf(root: Condition | undefined, path: Path): string {
  let node = root;
  let pointer = '';
  for (const index of path) {
    if (!node) break;
    if ('not' in node) pointer += '/not';
    else if ('all' in node) pointer += `/all/${index}`;
    else if ('any' in node) pointer += `/any/${index}`;
    node = kids(node)[index];
  }
  return pointer;
}
