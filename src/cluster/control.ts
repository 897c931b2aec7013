import {text} from 'node:stream/consumers'
import type {RulesPlan} from '../kernel/ruleset.ts'
import type {Lab} from '../lab/lab.ts'
import {request} from '../net/http.ts'
import type {KubeObject} from '../objects/kube-object.ts'
import type {Inside} from './enter.ts'
import type {ObjectRef} from './lab-handle.ts'
import type {LogPiece, LogRequest} from './log.ts'
import type {Story} from './story/story.ts'

/** What the CLI may ask a lab's daemon over its control socket, and what it answers. All of it is JSON. */
export type ControlProtocol = {
  readonly alive: {readonly question: Record<never, never>; readonly answer: null}
  readonly lab: {readonly question: Record<never, never>; readonly answer: Lab}
  readonly list: {
    readonly question: {readonly kind: string; readonly namespace?: string; readonly selector?: string}
    readonly answer: readonly KubeObject[]
  }
  readonly get: {readonly question: ObjectRef; readonly answer: KubeObject | null}
  readonly apply: {
    readonly question: {readonly objects: readonly KubeObject[]}
    readonly answer: readonly {readonly ref: ObjectRef; readonly did: 'created' | 'configured' | 'unchanged'}[]
  }
  readonly delete: {
    readonly question: {
      readonly kind: string
      readonly namespace?: string
      readonly name?: string
      readonly selector?: string
    }
    readonly answer: readonly ObjectRef[]
  }
  /** What has happened to an object and what followed from it, oldest first; of no object, what was asked for. */
  readonly story: {readonly question: ObjectRef | Record<never, never>; readonly answer: Story}
  readonly scale: {readonly question: {readonly ref: ObjectRef; readonly replicas: number}; readonly answer: null}
  /** Answers the store's revision once it is greater than `since`. */
  readonly changed: {readonly question: {readonly since: number}; readonly answer: number}
  /** Resolves a target name to a process and its surroundings. */
  readonly inside: {readonly question: {readonly target: string}; readonly answer: Inside}
  /** What a container has printed; of much, the end. */
  readonly logs: {readonly question: {readonly target: string}; readonly answer: string}
  /** The next piece of what one life of a container has printed. */
  readonly logPiece: {readonly question: LogRequest; readonly answer: LogPiece}
  /** What the components of a node have written into its tables last. */
  readonly rules: {readonly question: {readonly node: string}; readonly answer: readonly RulesPlan[]}
  /** Answers once every pod is ready and every node's rules are programmed, or says what is not by the deadline. */
  readonly settled: {
    /** `excused` are the uids of pods that are not waited for. */
    readonly question: {readonly withinMs: number; readonly excused?: readonly string[]}
    /** `notes` is what people should know: where this machine cannot give what is meant, and what stands in for it. */
    readonly answer: {readonly waitingFor: readonly string[]; readonly notes: readonly string[]}
  }
  /** What can be changed while the lab is up, with the present values. */
  readonly settings: {
    readonly question: Record<never, never>
    readonly answer: readonly {
      readonly name: string
      readonly summary: string
      readonly value: string
      readonly choices: readonly string[]
    }[]
  }
  readonly set: {
    readonly question: {readonly name: string; readonly value: string}
    /** The uids of pods that were not ready before, and were not about to be. */
    readonly answer: {readonly stuck: readonly string[]}
  }
  /** Starts or stops the agent of a node that is outside. */
  readonly agent: {readonly question: {readonly node: string; readonly to: 'start' | 'stop'}; readonly answer: null}
  /** Ends the lab; the answer comes just before the end. */
  readonly down: {readonly question: Record<never, never>; readonly answer: null}
}

export type ControlVerb = keyof ControlProtocol
export type ControlQuestion<V extends ControlVerb> = ControlProtocol[V]['question']
export type ControlAnswer<V extends ControlVerb> = ControlProtocol[V]['answer']

/** A daemon that refused, or that could not be reached (`unreachable`). The message is the daemon's own. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  readonly code: string

  constructor(message: string, code: string, cause?: unknown) {
    super(message, {cause})
    this.code = code
  }
}

/** Asks a daemon one question. */
export async function ask<V extends ControlVerb>(
  socket: string,
  verb: V,
  question: ControlQuestion<V>,
  signal?: AbortSignal,
): Promise<ControlAnswer<V>> {
  return (await askSocket(socket, verb, question, signal)) as ControlAnswer<V>
}

/** Asks whoever serves verbs on a unix socket. */
export async function askSocket(
  socket: string,
  verb: string,
  question: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const {status, body} = await post(socket, verb, JSON.stringify(question), signal)
  const answer: unknown = JSON.parse(body)
  if (status === 200) return answer
  const {message, code} = answer as {message: string; code?: string}
  throw new ControlError(message, code ?? 'refused')
}

function post(
  socketPath: string,
  verb: string,
  question: string,
  signal: AbortSignal | undefined,
): Promise<{status: number; body: string}> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {socketPath, path: `/${verb}`, method: 'POST', agent: false, ...(signal && {signal})},
      response => {
        text(response).then(body => resolve({status: response.statusCode ?? 0, body}), reject)
      },
    )
    sent.on('error', cause => {
      if (signal?.aborted) return reject(cause)
      reject(
        new ControlError(`the lab's daemon does not answer on ${socketPath}: ${cause.message}`, 'unreachable', cause),
      )
    })
    sent.end(question)
  })
}
