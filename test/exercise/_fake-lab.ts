import type {Call, Outcome} from '../../src/cluster/dial.ts'
import type {ExecOptions, ExecResult, LabHandle, ObjectRef} from '../../src/cluster/lab-handle.ts'
import {checks} from '../../src/exercise/checks/index.ts'
import type {During, Time} from '../../src/exercise/time.ts'
import type {RulesPlan} from '../../src/kernel/ruleset.ts'
import type {Lab} from '../../src/lab/lab.ts'
import {parseLab} from '../../src/lab/parse.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'
import {matches, parseSelector} from '../../src/objects/selector.ts'

/** Answers a command: its output, or how else it ends. */
export type Answer = string | Partial<ExecResult>
/** Answers a call: what came of it, `answered` when nothing is said. */
export type Dial = (target: string, call: Call) => Partial<Outcome>
export type Exec = (target: string, line: string, options: ExecOptions) => Answer | Promise<Answer>

/** A lab without a cluster: objects in a list, commands answered by a function. What was done to it is in `done`. */
export type FakeLab = LabHandle & {
  readonly done: string[]
  put(object: KubeObject): void
  remove(kind: string, name: string): void
}

/** What a fake lab holds and how it answers. */
export type World = {
  readonly objects?: readonly KubeObject[]
  readonly exec?: Exec
  readonly dial?: Dial
  readonly logs?: (target: string) => string
  readonly rules?: readonly RulesPlan[]
  /** Why this machine does not have that value of a setting. */
  readonly lacks?: (value: string) => string | undefined
}

export function fakeLab({
  text = 'nodes: [master, node1]',
  objects = [],
  exec = () => '',
  dial = () => ({}),
  logs = () => '',
  rules = [],
  lacks = () => undefined,
}: World & {readonly text?: string} = {}): FakeLab {
  let present = [...objects]
  let revision = objects.length
  let waiting: (() => void)[] = []
  const done: string[] = []
  const bump = () => {
    revision += 1
    for (const wake of waiting) wake()
    waiting = []
  }
  const isRef = (ref: ObjectRef) => (object: KubeObject) =>
    object.kind === ref.kind && object.metadata.name === ref.name
  const select = (kind: string, selector = '') =>
    present.filter(object => object.kind === kind && matches(parseSelector(selector), object.metadata.labels))
  const put = (object: KubeObject) => {
    present = [...present.filter(other => !isRef({kind: object.kind, name: object.metadata.name})(other)), object]
    bump()
  }
  const remove = (kind: string, name: string) => {
    present = present.filter(object => !isRef({kind, name})(object))
    bump()
  }
  return {
    lab: labOf(text),
    program: './podlab',
    option: [],
    dial: async (target, calls) =>
      calls.map(call => ({came: 'answered', milliseconds: 1, said: 'connected', ...dial(target, call)})),
    logs: async target => logs(target),
    rules: async () => rules,
    done,
    put,
    remove,
    exec: async (target, argv, options = {}) => {
      done.push(`${target}: ${argv.join(' ')}`)
      const answer = await exec(target, argv.join(' '), options)
      const result = {code: 0, stdout: '', stderr: '', ...(typeof answer === 'string' ? {stdout: answer} : answer)}
      options.onOutput?.(result.stdout)
      return result
    },
    kubectl: async (words, options) => {
      done.push(`kubectl ${words.join(' ')}`)
      const answer = await exec('kubectl', words.join(' '), options)
      const result = {code: 0, stdout: '', stderr: '', ...(typeof answer === 'string' ? {stdout: answer} : answer)}
      options.onOutput?.(result.stdout)
      return result
    },
    list: async (kind, options = {}) => select(kind, options.selector),
    get: async ref => present.find(isRef(ref)),
    apply: async some => {
      for (const object of some) put(object)
      return some.map(({kind, metadata}) => ({ref: {kind, name: metadata.name}, did: 'created' as const}))
    },
    delete: async ({kind, name, selector}) => {
      const gone = select(kind, selector).filter(object => name === undefined || object.metadata.name === name)
      for (const {metadata} of gone) remove(kind, metadata.name)
      return gone.map(({metadata}) => ({kind, name: metadata.name}))
    },
    scale: async (ref, replicas) => void done.push(`scale ${ref.kind} ${ref.name} ${replicas}`),
    set: async (name, value) => {
      done.push(`set ${name} ${value}`)
      const refusal = lacks(value)
      if (refusal) throw Object.assign(new Error(refusal), {code: 'lacking'})
      return {waitingFor: [], notes: []}
    },
    changed: async (since, signal) => {
      while (revision <= since) {
        await new Promise<void>((resolve, reject) => {
          waiting.push(resolve)
          signal.addEventListener('abort', () => reject(signal.reason), {once: true})
        })
      }
      return revision
    },
  }
}

/** A lab file with podlab's own checks. */
export function labOf(text: string): Lab {
  const readFile = () => {
    throw Object.assign(new Error('no such file'), {code: 'ENOENT'})
  }
  return parseLab({file: 'labs/fake/lab.yaml', text}, {readFile, checks})
}

/** A clock that jumps: when nobody has anything else to do, the pause that ends first ends at once and moves it on. */
export function fakeTime(): Time & {readonly pauses: readonly number[]} {
  let now = 0
  const pauses: number[] = []
  const waiting = new Set<{readonly until: number; readonly end: () => void}>()
  const jump = () => {
    const [first] = [...waiting].sort((a, b) => a.until - b.until)
    if (first === undefined) return
    waiting.delete(first)
    now = Math.max(now, first.until)
    first.end()
    setImmediate(jump)
  }
  return {
    pauses,
    now: () => now,
    pause: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        const end = () => {
          pauses.push(milliseconds)
          resolve()
        }
        const entry = {until: now + milliseconds, end}
        signal.addEventListener('abort', () => {
          waiting.delete(entry)
          reject(signal.reason)
        })
        waiting.add(entry)
        // Whatever else is under way goes first, as it would while time passes.
        setImmediate(jump)
      }),
  }
}

export function during(time: Time = fakeTime()): During {
  return {time, signal: new AbortController().signal}
}

/** A pod that is ready, unless it is said not to be. */
export function pod(
  name: string,
  {
    ip = '172.17.1.2',
    node = 'node1',
    app = 'kubia',
    ready = true,
  }: {ip?: string; node?: string; app?: string; ready?: boolean} = {},
): KubeObject {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'default', labels: {app}},
    spec: {nodeName: node, containers: [{name: 'main', image: 'luksa/kubia'}]},
    status: {phase: 'Running', podIP: ip, conditions: [{type: 'Ready', status: ready ? 'True' : 'False'}]},
  }
  return object
}
