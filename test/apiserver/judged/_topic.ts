import {parse} from 'yaml'

/**
 * Requests about one thing, in order, and what a real kube-apiserver 1.20 answered to each. The requests are written by hand, the answers
 * recorded (`docs/judges.md`) and made comparable: what differs from run to run stands as `~`.
 */
export type Topic = {
  /** Bodies that steps begin with. */
  readonly bases: Readonly<Record<string, unknown>>
  /** Whether the owners of fields are compared as well. */
  readonly managedFields: boolean
  readonly steps: readonly Step[]
}

export type Step = {
  /** Method and path: `POST /api/v1/namespaces`. `{{name}}` stands for what an earlier step kept. */
  readonly ask: string
  /** Sent as it is when it is a text, as JSON otherwise. */
  readonly body?: unknown
  /** The base that the body is made of; `answer` is the last answer's body. */
  readonly base?: string
  /** What differs in it, by path: `spec.containers.0.name`; null takes a field away. */
  readonly set?: Readonly<Record<string, unknown>>
  readonly type?: string
  readonly accept?: string
  /** What later steps will need of the answer, by path. */
  readonly keep?: Readonly<Record<string, string>>
  /** The parts of the answer that are compared, by path; everything without it, nothing when empty. */
  readonly see?: readonly string[]
  readonly answer?: Recorded
  /** Where podlab rightly answers otherwise than 1.20. */
  readonly podlab?: {readonly why: string; readonly answer?: Recorded; readonly without?: readonly string[]}
}

export type Recorded = {readonly code: number; readonly body?: unknown}

export function readTopic(text: string): Topic {
  const {bases = {}, managedFields = false, steps} = parse(text)
  return {bases, managedFields, steps}
}
