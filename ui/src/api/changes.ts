/** Wire types of changes and their plans. */

import type { Condition } from './rules';
import type { FieldProblem, FlagKind, Gap, Hue, Json, Purpose, Revision, Variant } from './types';

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
  | { delete: { flag: string } }
  | { restore_to: { flag: string; revision: Revision } };

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
  | { edit: { project: string; patch: Patch } }
  | { delete: { project: string } }
  | { restore_to: { project: string; revision: Revision } };

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
  /** The list of effects stops at 200. */
  effect_count?: number;
  warnings: { code: string; text: string; document?: string; path?: string }[];
  problems: FieldProblem[];
  impact: {
    environments: { key: string; name: string; protected: boolean }[];
    flags: number;
    segments: number;
    used_by: { flag: string; environment?: string; where: string }[];
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
  /** Why policy refused. */
  reason?: string;
  plan: Plan;
  secrets?: { document: string; secret: string }[];
}

/** As it is sent: a repeated request is answered from memory, without its plan. */
export type SentAnswer = Omit<ChangeAnswer, 'plan'> & { plan?: Plan };

export interface ImportAnswer extends ChangeAnswer {
  gaps: Gap[];
  created: string[];
  changed: string[];
  skipped: string[];
}
