import type {RulesPlan} from '../kernel/ruleset.ts'
import type {Lab} from '../lab/lab.ts'
import type {KubeObject} from '../objects/kube-object.ts'
import type {Call, DialOptions, Outcome} from './dial.ts'

/** `pod/kubia-7rt2n` (optionally `/container`), `node/master`. */
export type Target = string

export type ExecResult = {readonly code: number; readonly stdout: string; readonly stderr: string}

/** Names one object: `{kind: 'Service', namespace: 'default', name: 'kubia'}`. */
export type ObjectRef = {readonly kind: string; readonly namespace?: string; readonly name: string}

/**
 * A running lab, as scenario, checks and commands see it. The only way from floor 5 and above to the cluster: a unix
 * socket to the lab's daemon, or a fake in tests.
 */
export type LabHandle = {
  readonly lab: Lab
  /** How this user starts podlab: `./podlab`. */
  readonly program: string
  /** What a command line needs to mean this lab and no other that is up: `['-l', 'kubia']`, or nothing. */
  readonly option: readonly string[]
  /** Runs a program in a pod or node to its end. A timed-out program is killed and counts as code 124. */
  exec(target: Target, argv: readonly string[], options?: ExecOptions): Promise<ExecResult>
  /** Runs this machine's kubectl on the lab. Throws NoKubectlError where there is none. */
  kubectl(words: readonly string[], options: KubectlOptions): Promise<ExecResult>
  /** Makes connections from inside a target's network, many at once; answers what came of each, in their order. */
  dial(target: Target, calls: readonly Call[], options: DialOptions): Promise<readonly Outcome[]>
  /** What a container has printed since it was made, standard output and error; of a pod the first container's. */
  logs(target: Target): Promise<string>
  /** What podlab's components have written into a node's tables last. */
  rules(node: string): Promise<readonly RulesPlan[]>
  list(
    kind: string,
    options?: {readonly namespace?: string; readonly selector?: string},
  ): Promise<readonly KubeObject[]>
  get(ref: ObjectRef): Promise<KubeObject | undefined>
  /** Creates or updates; says which. */
  apply(
    objects: readonly KubeObject[],
  ): Promise<readonly {readonly ref: ObjectRef; readonly did: 'created' | 'configured' | 'unchanged'}[]>
  delete(what: {
    readonly kind: string
    readonly namespace?: string
    readonly name?: string
    readonly selector?: string
  }): Promise<readonly ObjectRef[]>
  scale(ref: ObjectRef, replicas: number): Promise<void>
  /** Changes a setting; resolves once every node has done it, or with what is not yet done when the time is over. */
  set(
    name: string,
    value: string,
    options: {readonly withinMs: number; readonly signal?: AbortSignal},
  ): Promise<{readonly waitingFor: readonly string[]; readonly notes: readonly string[]}>
  /** Resolves with the store's revision once it is greater than `since`: how to wait for a condition without polling. */
  changed(since: number, signal: AbortSignal): Promise<number>
}

/** How long kubectl may run, and where: its files are found from there. */
export type KubectlOptions = Pick<ExecOptions, 'timeoutMs' | 'signal' | 'onOutput'> & {readonly folder: string}

export type ExecOptions = {
  /** `network`: joins the target's network alone, so that the programs are this machine's, whatever the image holds. */
  readonly only?: 'network'
  readonly stdin?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  readonly onOutput?: (text: string) => void
}
