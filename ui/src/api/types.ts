/** Wire types of the console's API, kept by hand until they are generated from the OpenAPI document. */

import type { Effect, Plan } from './changes';
import type { Condition, Rule, Serve } from './rules';
import type { NextTurn, Schedule } from './schedule';

export type * from './changes';
export type * from './rules';
export type * from './schedule';

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
  total?: number;
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
  actor?: Actor;
  at?: string;
  summary?: string;
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
  role?: string | null;
  permissions: Permission[];
  projects: SessionProject[];
}

export interface Session {
  user: User;
  organizations: SessionOrganization[];
  version: string;
}

// Documents -----------------------------------------------------------------------------------------------

export type FlagKind = 'boolean' | 'string' | 'integer' | 'float' | 'object' | 'any';
export type Purpose = 'release' | 'experiment' | 'operational' | 'permission';
export type Profile = 'native' | 'unleash' | 'flagd' | 'flagsmith' | 'togglr' | 'fluxgate';
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
  /** Absent while nothing was ever set; the revision is 0 then. */
  id?: string;
  enabled: boolean;
  off: Serve;
  prerequisites: Prerequisite[];
  rules: Rule[];
  default: Serve;
  /** Absent without windows. */
  schedule?: Schedule | undefined;
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
  /** Absent while nothing was ever set; the revision is 0 then. */
  id?: string;
  subjects: SubjectOverride[];
  segments: SegmentOverride[];
  revision: Revision;
}

export interface Kill {
  id?: string;
  until?: string | null;
  reason: string;
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

export interface Credential {
  id: string;
  name: string;
  kind: 'server' | 'client';
  /** Key of the environment. */
  environment: string;
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
  revision: Revision;
}

export interface Role {
  key: string;
  name: string;
  permissions: Permission[];
  description: string;
}

// Reads ---------------------------------------------------------------------------------------------------

export type FlagState = 'on' | 'off' | 'waiting' | 'killed' | 'ramping' | 'paused' | 'broken';

export interface EnvironmentState {
  state: FlagState;
  summary: string;
  share?: Share | null;
  next?: NextTurn | null;
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
  changed_at?: string;
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
  /** Tags of the flags on all pages, the most used first. */
  tags?: Facet[];
  unknown?: string[];
}

export interface FlagEnvironment {
  environment: Environment;
  state: FlagState;
  summary: string;
  share?: Share | null;
  next?: NextTurn | null;
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
  /** The first three that still exist. */
  flags: string[];
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
  /** The first 200. */
  effects: Effect[];
  effect_count?: number;
  diff: Diff[];
  undo: { possible: boolean; reason?: string | null };
}

export interface ExplainRequest {
  flags?: string[];
  environments: string[];
  contexts: Record<string, Json>[];
  at?: string;
  /** As of a past revision; goes with no draft. */
  revision?: Revision;
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
  at: string;
  as_of?: { revision: Revision; written_at: string };
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
