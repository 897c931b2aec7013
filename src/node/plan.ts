import type {RulesPlan} from '../kernel/ruleset.ts'
import type {NetnsState} from '../kernel/state.ts'

/** What one component wants in a node's network namespace. Contributions are joined into the node's plan. */
export type Contribution = {
  readonly state?: Partial<NetnsState>
  readonly rules?: readonly RulesPlan[]
  /** Files in the node, by absolute path: what flannel or docker leave for others to read. */
  readonly files?: Readonly<Record<string, string>>
}

/** The wanted state of a node. */
export type NodePlan = {
  readonly state: NetnsState
  readonly rules: readonly RulesPlan[]
  readonly files: Readonly<Record<string, string>>
}
