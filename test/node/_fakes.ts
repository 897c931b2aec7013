import {setImmediate} from 'node:timers/promises'
import {pino} from 'pino'
import {parseNetwork} from '../../src/net/cidr.ts'
import {type Ip, parseIp} from '../../src/net/ip.ts'
import type {AgentClient} from '../../src/node/client.ts'
import {createKubelet} from '../../src/node/pods/kubelet.ts'
import type {PodNetwork} from '../../src/node/pods/pod-table.ts'
import type {Recorder} from '../../src/node/recorder.ts'
import type {AskAnswer, AskQuestion} from '../../src/node/runtime/ask.ts'
import {type Runtime, RuntimeError} from '../../src/node/runtime/runtime.ts'
import type {ContainerState} from '../../src/objects/container.ts'
import type {Pod, PodSpec, PodStatus} from '../../src/objects/pod.ts'
import {fakeObjects} from './_objects.ts'

export const silent = pino({level: 'silent'})

export const hostIp = parseIp('10.0.20.4')

/** The process that owns the node's namespaces. */
export const nodePid = 7

export const serviceRange = parseNetwork('10.96.0.0/12')

/** A pod as the API server hands it out; its uid is its name. */
export function podOf(name: string, spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name, namespace: 'default', uid: name},
    spec: {containers: [{name: 'main', image: 'busybox', command: ['sleep', 'infinity']}], ...spec},
  }
}

/** The pod as it is once its deletion is asked for, with so many seconds of grace. */
export function deleted(pod: Pod, seconds: number): Pod {
  const deletion = {deletionTimestamp: '2025-01-01T00:00:30Z', deletionGracePeriodSeconds: seconds}
  return {...pod, metadata: {...pod.metadata, ...deletion}}
}

/** A clock that stands still until it is moved. */
export function fakeClock() {
  let present = 0
  const sleepers = new Set<{readonly at: number; readonly wake: () => void}>()
  return {
    elapsed: () => present,
    now: () => new Date(Date.parse('2025-01-01T00:00:00Z') + present).toISOString().replace('.000', ''),
    after: (milliseconds: number, signal: AbortSignal) =>
      new Promise<void>(resolve => {
        const sleeper = {
          at: present + milliseconds,
          wake: () => {
            sleepers.delete(sleeper)
            resolve()
          },
        }
        if (signal.aborted) return resolve()
        sleepers.add(sleeper)
        signal.addEventListener('abort', sleeper.wake, {once: true})
      }),
    pass: async (milliseconds: number) => {
      present += milliseconds
      for (const sleeper of sleepers) if (sleeper.at <= present) sleeper.wake()
      await quiet()
    },
  }
}

/** Resolves when all that goes on by itself has gone on. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

/** What the fakes do when they are asked: fail, or wait, where a test wants it. By the line that `calls` gets. */
export type Surprises = Map<string, () => Promise<void> | void>

/**
 * A runtime that writes down what it is asked. A container ends at SIGKILL, and at SIGTERM unless its program is called
 * `stubborn`; `missing` is a program that no image has.
 */
export function fakeRuntime({
  calls,
  surprises = new Map(),
  answers = new Map(),
}: {
  calls: string[]
  surprises?: Surprises
  answers?: Map<string, AskAnswer>
}) {
  let pids = 100
  const running = new Map<string, {readonly stubborn: boolean}>()
  let exited: (id: string, code: number) => void = () => undefined
  const say = async (line: string) => {
    calls.push(line)
    await surprises.get(line)?.()
  }
  const exit = (id: string, code: number) => {
    running.delete(id)
    exited(id, code)
  }
  const runtime: Runtime = {
    hold: async ({netns}) => {
      await say(`hold ${netns}`)
      return ++pids
    },
    release: netns => say(`release ${netns}`),
    launch: async () => 1,
    run: async () => ({code: 0, stdout: '', stderr: ''}),
    netlink: async () => false,
    turn: async () => undefined,
    setUpVolumes: async ({uid, volumes}) => {
      await say(`volumes ${uid} ${Object.keys(volumes).join(' ')}`)
    },
    removeVolumes: uid => say(`remove volumes ${uid}`),
    start: async ({id, argv}) => {
      if (argv[0] === 'missing') throw new RuntimeError('exec: "missing": executable file not found', 'StartError')
      await say(`start ${id} ${argv.join(' ')}`)
      running.set(id, {stubborn: argv[0] === 'stubborn'})
      return ++pids
    },
    listen: async ({port}) => {
      throw new RuntimeError(`bind(${port}): EADDRINUSE`, 'SyscallError')
    },
    end: async (id, how) => {
      await say(`end ${id} ${how}`)
      const container = running.get(id)
      if (container && (how === 'SIGKILL' || !container.stubborn))
        void setImmediate().then(() => exit(id, how === 'SIGKILL' ? 137 : 143))
    },
    ask: async (question, signal) => {
      const line = lineOf(question)
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), {once: true}),
      )
      await Promise.race([say(line), aborted])
      return answers.get(line) ?? {came: 'answer', code: question.how === 'http' ? 200 : 0, said: ''}
    },
    log: async () => undefined,
    remove: async () => undefined,
    close: async () => undefined,
  }
  const onExit = (listener: typeof exited) => {
    exited = listener
  }
  return {runtime, running, exit, onExit}
}

/* A question in a few words: `exec true`, `http 172.17.13.2:8080/ready`. */
function lineOf(question: AskQuestion): string {
  if (question.how === 'exec') return `exec ${question.argv.join(' ')}`
  return `${question.how} ${question.host}:${question.port}${question.how === 'http' ? question.path : ''}`
}

/** A kubelet whose surroundings are all fakes; `calls` tells what it asked of them, in order. */
export function kubeletWorld() {
  const calls: string[] = []
  const surprises: Surprises = new Map()
  const statuses = new Map<string, PodStatus>()
  const phases: (string | undefined)[] = []
  const clock = fakeClock()
  const answers = new Map<string, AskAnswer>()
  const fake = fakeRuntime({calls, surprises, answers})
  const stop = new AbortController()
  const say = async (line: string) => {
    calls.push(line)
    await surprises.get(line)?.()
  }
  const told: string[] = []
  const objects = fakeObjects(quiet)
  const kubelet = createKubelet({
    recorder: {record: ({metadata}, happening) => told.push(toldLine(metadata.name, happening))},
    client: {...recordingClient({say, statuses, phases}), follow: objects.follow},
    runtime: fake.runtime,
    network: fakeNetwork(say),
    hostIp,
    pid: nodePid,
    images: [],
    services: () => [],
    allocatable: () => ({cpu: '2', memory: '4Gi'}),
    readFile: path => `# master's ${path}\n`,
    serviceRange,
    now: clock.now,
    elapsed: clock.elapsed,
    after: clock.after,
    signal: stop.signal,
    log: silent,
  })
  fake.onExit(kubelet.exited)
  return {
    kubelet: {
      ...kubelet,
      /** The API's wish, and what follows from it without time passing. */
      sync: async (pods: readonly Pod[]) => {
        await kubelet.sync(pods)
        await quiet()
      },
    },
    calls,
    surprises,
    /** What probes and hooks are answered, by the line that `calls` gets; all is well where nothing is said. */
    answers,
    /** ConfigMaps and Secrets of the cluster. */
    objects,
    /** The present status of each pod, by name. */
    statuses,
    /** The phases of all that was reported, in order. */
    phases,
    clock,
    running: fake.running,
    /** The owner of a pod's namespaces dies. */
    killPause: async (pod: string) => {
      kubelet.exited(`pod-${pod}`, 137)
      await quiet()
    },
    exit: async (id: string, code: number) => {
      fake.exit(id, code)
      await quiet()
    },
    stop: () => stop.abort(),
    /** What has been told of pods since the last time: `web Normal Pulled spec.containers{main}: ...`. */
    told: () => told.splice(0),
    /** What has been asked since the last time. */
    asked: () => calls.splice(0),
    stateOf: (pod: string): ContainerState | undefined => statuses.get(pod)?.containerStatuses?.[0]?.state,
  }
}

function toldLine(name: string, {type, reason, fieldPath, message}: Parameters<Recorder['record']>[1]): string {
  return `${name} ${type} ${reason}${fieldPath === undefined ? '' : ` ${fieldPath}`}: ${message}`
}

/** Tokens that nobody has. */
export const noTokens = () => Promise.reject(new Error('serviceaccounts "default" not found'))

function recordingClient({
  say,
  statuses,
  phases,
}: {
  say: (line: string) => Promise<void>
  statuses: Map<string, PodStatus>
  phases: (string | undefined)[]
}): AgentClient {
  return {
    list: async () => ({revision: 0, objects: []}),
    changes: () => new Promise(() => undefined),
    follow: async (_kind, _name, told) => told(undefined),
    requestToken: noTokens,
    updateStatus: async ({metadata: {name}}, status) => {
      statuses.set(name, status)
      phases.push(status.phase)
    },
    record: async () => undefined,
    renewLease: async () => undefined,
    reportConditions: async () => undefined,
    confirmDeletion: async ({metadata: {name}}) => {
      await say(`confirm ${name}`)
      statuses.delete(name)
    },
  }
}

function fakeNetwork(say: (line: string) => Promise<void>): PodNetwork {
  const addresses = new Map<string, Ip>()
  return {
    attach: async netnses => {
      await say(`attach ${netnses.join(' ')}`)
      for (const netns of netnses) addresses.set(netns, parseIp(`172.17.13.${addresses.size + 2}`))
      return new Map(netnses.map(netns => [netns, addresses.get(netns) ?? hostIp]))
    },
    detach: netnses => say(`detach ${netnses.join(' ')}`),
  }
}
