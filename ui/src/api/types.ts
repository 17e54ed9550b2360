/** Wire types of the console's API, kept by hand until they are generated from the OpenAPI document. */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** Hundredths of a percent: 10000 is everybody. */
export type Share = number;
export type Revision = number;

export type Permission =
  | 'organization.view'
  | 'organization.manage'
  | 'project.create'
  | 'project.view'
  | 'project.manage'
  | 'project.delete'
  | 'environment.manage'
  | 'flag.create'
  | 'flag.edit'
  | 'flag.archive'
  | 'flag.delete'
  | 'flag.switch'
  | 'flag.configure'
  | 'flag.override'
  | 'flag.kill'
  | 'segment.create'
  | 'segment.edit'
  | 'segment.delete'
  | 'credential.view'
  | 'credential.manage'
  | 'member.view'
  | 'member.manage'
  | 'audit.view'
  | 'explain.run'
  | 'import.run';

export interface Page<T> {
  items: T[];
  total: number;
  next: string | null;
}

export interface FieldProblem {
  code: string;
  detail: string;
  pointer: string;
}

export interface Actor {
  kind: string;
  id?: string;
  name: string;
}

export interface Winner {
  revision: Revision;
  actor: Actor;
  at: string;
  summary: string;
}

export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  request_id?: string;
  problems?: FieldProblem[];
  winner?: Winner;
  plan?: Plan;
}

export interface User {
  id: string;
  email: string;
  name: string;
  operator: boolean;
}

export interface SessionProject {
  key: string;
  name: string;
  permissions: Permission[];
}

export interface SessionOrganization {
  key: string;
  name: string;
  role: string;
  permissions: Permission[];
  projects: SessionProject[];
}

export interface Session {
  user: User;
  organizations: SessionOrganization[];
  version: string;
}

// Rules ---------------------------------------------------------------------------------------------------

export type AllocationInput = 'environment' | { literal: string } | { first_of: string[] };

export interface Allocation {
  salt: string;
  scheme?: 'hoist64' | 'unleash';
  inputs?: AllocationInput[];
  missing?: 'not_matched' | 'base' | 'draw';
  draw?: 'interval' | 'rendezvous';
  assign?: 'stable' | 'session' | 'request';
}

export interface CurvePoint {
  at: string;
  share: Share;
}

export interface CurvePause {
  from: string;
  until?: string | null;
}

export interface Curve {
  shape?: 'steps' | 'linear';
  points: CurvePoint[];
  pauses?: CurvePause[];
}

export interface Arm {
  variant: string;
  weight: number;
}

export interface Split {
  /** May be left out for a new split: the server fills it. Sent back unchanged for an existing one. */
  allocation?: Allocation;
  arms: Arm[];
}

export interface Ramp {
  allocation?: Allocation;
  variant: string;
  rest: string;
  curve: Curve;
}

export type What =
  | 'code_default'
  | { variant: string }
  | { value: Json }
  | { split: Split }
  | { ramp: Ramp }
  | { json_logic: { expression: Json; otherwise?: string | null } };

export interface Serve {
  serve: What;
  enabled?: boolean;
  metadata?: Record<string, Json>;
}

export type Operator =
  | 'equals'
  | 'in'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'matches'
  | 'eq'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'modulo'
  | 'semver_eq'
  | 'semver_lt'
  | 'semver_lte'
  | 'semver_gt'
  | 'semver_gte'
  | 'semver_range'
  | 'before'
  | 'after'
  | 'within'
  | 'exists'
  | 'cidr';

export interface Test {
  attribute: string;
  op: Operator;
  values?: Json[];
  negate?: boolean;
  ignore_case?: boolean;
  quantifier?: 'any' | 'all' | 'none';
}

export interface Percentage {
  allocation?: Allocation;
  share: Share;
  bound?: 'exclusive' | 'inclusive';
}

export type Condition =
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition }
  | { test: Test }
  | { segment: string }
  | { percentage: Percentage }
  | { broken: { verdict: boolean; problem: string } };

export interface Gate {
  allocation?: Allocation;
  share: Share;
  curve?: Curve;
}

export interface Rule {
  id: string;
  name?: string;
  disabled?: boolean;
  condition?: Condition;
  gate?: Gate;
  serve: Serve;
}

// Documents -----------------------------------------------------------------------------------------------

export type FlagKind = 'boolean' | 'string' | 'integer' | 'float' | 'object' | 'any';
export type Purpose = 'release' | 'experiment' | 'operational' | 'permission';
export type Profile = 'native' | 'unleash' | 'flagd';
export type Hue = 1 | 2 | 3 | 4 | 5 | 6;

export interface Origin {
  system: string;
  id: string;
}

export interface Variant {
  key: string;
  value?: Json;
  description?: string;
  metadata?: Record<string, Json>;
}

export interface Flag {
  id: string;
  key: string;
  index: number;
  name: string;
  description: string;
  kind: FlagKind;
  variants: Variant[];
  tags: string[];
  owner?: string | null;
  purpose?: Purpose | null;
  client_visible: boolean;
  profile: Profile;
  archived_at?: string | null;
  created_at: string;
  origins: Origin[];
  metadata: Record<string, Json>;
  foreign: Record<string, Json>;
  revision: Revision;
}

export interface Prerequisite {
  flag: string;
  enabled?: boolean;
  variants?: string[];
}

export interface Config {
  id: string;
  enabled: boolean;
  off: Serve;
  prerequisites: Prerequisite[];
  rules: Rule[];
  default: Serve;
  revision: Revision;
}

export interface SubjectOverride {
  serve: Serve;
  subjects: string[];
}

export interface SegmentOverride {
  segment: string;
  serve: Serve;
}

export interface Overrides {
  id: string;
  subjects: SubjectOverride[];
  segments: SegmentOverride[];
  revision: Revision;
}

export interface Kill {
  id?: string;
  until?: string | null;
  reason: string;
  by: Actor | string;
  at: string;
  revision: Revision;
}

export interface Segment {
  id: string;
  key: string;
  index: number;
  name: string;
  description: string;
  profile: Profile;
  condition?: Condition | null;
  member_count: number;
  archived_at?: string | null;
  origins: Origin[];
  foreign: Record<string, Json>;
  revision: Revision;
}

export interface SegmentListItem extends Segment {
  used_by: number;
}

export interface SegmentUse {
  flag?: string;
  segment?: string;
  environment?: string;
  where: 'rule' | 'override' | 'segment';
  rule?: string;
  state?: FlagState;
}

export interface SegmentDetail {
  segment: Segment;
  used_by: SegmentUse[];
}

export interface SegmentMember {
  subject: string;
}

export interface Environment {
  id: string;
  key: string;
  name: string;
  code: string;
  hue: Hue;
  order: number;
  protected: boolean;
  revision: Revision;
}

export interface Project {
  id: string;
  key: string;
  name: string;
  description: string;
  client_visible_default: boolean;
  revision: Revision;
}

export interface Organization {
  id?: string;
  key: string;
  name: string;
}

export interface Credential {
  id: string;
  name: string;
  kind: 'server' | 'client';
  environment: { key: string };
  prefix: string;
  key?: string;
  expires_at?: string | null;
  revoked_at?: string | null;
  created_at: string;
  last_used_at?: string | null;
  revision: Revision;
}

export interface Member {
  id: string;
  user: { id: string; email: string; name: string };
  role: string;
  scope: 'organization' | 'project';
  revision: Revision;
}

export interface Role {
  key: string;
  name: string;
  permissions: Permission[];
  description: string;
}

// Reads ---------------------------------------------------------------------------------------------------

export type FlagState = 'on' | 'off' | 'killed' | 'ramping' | 'paused' | 'broken';

export interface EnvironmentState {
  state: FlagState;
  summary: string;
  share?: Share | null;
  next?: { at: string; share: Share } | null;
  until?: string | null;
  revision?: Revision;
}

export interface FlagListItem {
  id: string;
  key: string;
  name: string;
  description: string;
  kind: FlagKind;
  tags: string[];
  owner?: string | null;
  purpose?: Purpose | null;
  client_visible: boolean;
  archived: boolean;
  changed_at: string;
  changed_by?: { name: string } | null;
  created_at: string;
  revision: Revision;
  environments: Record<string, EnvironmentState>;
}

export interface Facet {
  value: string;
  count: number;
}

export interface FlagPage extends Page<FlagListItem> {
  facets?: Record<string, Facet[]>;
  unknown?: string[];
}

export interface FlagEnvironment {
  environment: Environment;
  state: FlagState;
  summary: string;
  share?: Share | null;
  next?: { at: string; share: Share } | null;
  config: Config;
  overrides: Overrides;
  kill: Kill | null;
  problems: { path: string; message: string }[];
  changed_at?: string | null;
  changed_by?: { name: string } | null;
}

export interface Gap {
  flag?: string;
  code: string;
  text: string;
}

export interface FlagDetail {
  flag: Flag;
  environments: FlagEnvironment[];
  needed_by: { flag: string; environment: string }[];
  gaps: Gap[];
}

export interface HistoryItem {
  revision: Revision;
  at: string;
  actor: Actor;
  summary: string;
  note?: string | null;
  environments: string[];
  correlation?: string | null;
  undoes?: Revision | null;
  undone_by?: Revision | null;
  count: number;
  project?: string | null;
}

export interface Diff {
  kind: string;
  key: string;
  path: string;
  before?: Json;
  after?: Json;
  op: 'add' | 'remove' | 'replace' | 'move';
}

export interface HistoryDetail extends HistoryItem {
  effects: Effect[];
  diff: Diff[];
  undo: { possible: boolean; reason?: string | null };
}

export interface ExplainRequest {
  flags?: string[];
  environments: string[];
  contexts: Record<string, Json>[];
  at?: string;
  draft?: {
    flag: string;
    environment: string;
    config?: Config | Record<string, unknown>;
    overrides?: Overrides | Record<string, unknown>;
  };
}

export interface ExplainResult {
  context: number;
  environment: string;
  flag: string;
  enabled: boolean;
  variant?: string | null;
  value?: Json;
  reason: string;
  detail?: Json;
  rule?: string | null;
  error?: string | null;
  until?: string | null;
  explanation?: Json;
}

export interface ExplainAnswer {
  results: ExplainResult[];
}

export interface Attribute {
  name: string;
  kinds: string[];
  examples?: Json[];
  used: number;
}

export interface LiveChange {
  revision: Revision;
  touched: { kind: string; key: string; id: string }[];
  /** Absent when the system did it. */
  actor?: { name: string } | null;
  summary: string;
  project?: string | null;
}

// Changes -------------------------------------------------------------------------------------------------

/** A JSON merge patch: absent leaves, null removes or resets, a value sets. */
export type Patch = Record<string, unknown>;

export type FlagChange =
  | {
      create: {
        key: string;
        name?: string;
        description?: string;
        kind: FlagKind;
        variants?: Variant[];
        tags?: string[];
        owner?: string;
        purpose?: Purpose;
        client_visible?: boolean;
      };
    }
  | { edit: { flag: string; patch: Patch } }
  | { archive: { flag: string } }
  | { restore: { flag: string } }
  | { delete: { flag: string } };

export type ConfigChange =
  | { edit: { flag: string; environment: string; patch: Patch } }
  | { switch: { flag: string; environment: string; on: boolean } }
  | { kill: { flag: string; environments: string[]; until?: string; reason: string } }
  | { lift: { flag: string; environments: string[] } }
  | { override: { flag: string; environment: string; patch: Patch } };

export type SegmentChange =
  | {
      create: { key: string; name?: string; description?: string; condition?: Condition; members?: string[] };
    }
  | { edit: { segment: string; patch: Patch } }
  | { archive: { segment: string } }
  | { restore: { segment: string } }
  | { delete: { segment: string } }
  | { add_members: { segment: string; members: string[] } }
  | { remove_members: { segment: string; members: string[] } };

export type EnvironmentChange =
  | { create: { key: string; name?: string; code?: string; hue?: Hue; protected?: boolean } }
  | { edit: { environment: string; patch: Patch } }
  | { delete: { environment: string } }
  | { order: { environments: string[] } };

export type ProjectChange =
  | { create: { key: string; name?: string; description?: string } }
  | { edit: { patch: Patch } }
  | { delete: Record<string, never> };

export type CredentialChange =
  | { create: { name: string; kind: 'server' | 'client'; environment: string; expires_at?: string } }
  | { edit: { credential: string; patch: Patch } }
  | { revoke: { credential: string } };

export type MemberChange =
  | { add: { email: string; role: string; name?: string } }
  | { edit: { member: string; role: string } }
  | { remove: { member: string } };

export type TokenChange = { create: { name: string; expires_at?: string } } | { revoke: { token: string } };

export type Change =
  | { flag: FlagChange }
  | { config: ConfigChange }
  | { segment: SegmentChange }
  | { environment: EnvironmentChange }
  | { project: ProjectChange }
  | { credential: CredentialChange }
  | { member: MemberChange }
  | { token: TokenChange }
  | { undo: { revision: Revision } };

export interface Effect {
  op: 'put' | 'remove' | 'add_members' | 'remove_members';
  kind: string;
  key: string;
  document: string;
  before?: Json;
  after?: Json;
  count?: number;
}

export interface Plan {
  sentences: { text: string; document?: string; path?: string }[];
  grade: 0 | 1 | 2 | 3;
  effects: Effect[];
  warnings: { code: string; text: string; document?: string; path?: string }[];
  problems: FieldProblem[];
  impact: {
    environments: { key: string; name: string; protected: boolean }[];
    flags: number;
    segments: number;
    used_by: { flag: string; environment?: string; where: string }[];
    notes: string[];
  };
  outcome: 'apply' | 'propose' | 'refuse' | 'schedule';
  reason?: string | null;
  /** The key to type before a change of grade 3. */
  confirm?: string | null;
  token: string;
  base: Record<string, Revision>;
}

export interface ChangesBody {
  changes: Change[];
  note?: string;
  base?: Record<string, Revision>;
  dry_run?: boolean;
  plan?: string;
}

export interface ChangeAnswer {
  outcome: 'planned' | 'applied' | 'proposed' | 'scheduled' | 'refused';
  revision?: Revision;
  change?: string;
  plan: Plan;
  secrets?: { document: string; secret: string }[];
}

export interface ImportAnswer extends ChangeAnswer {
  gaps: Gap[];
  created: string[];
  changed: string[];
  skipped: string[];
}
