import {connect as connectSocket, type Socket} from 'node:net'
import {afterLull} from '../../kernel/lull.ts'
import type {Namespaces} from '../../kernel/namespaces.ts'
import {request} from '../../net/http.ts'
import {runInside} from './run-inside.ts'

/** Something to ask of a pod, for a probe or a hook. */
export type AskQuestion = {readonly timeoutMs: number} & (ExecQuestion | HttpQuestion | TcpQuestion)

/** Runs a program beside a container's first process. */
export type ExecQuestion = {
  readonly how: 'exec'
  /** The container's first process. */
  readonly pid: number
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly workingDirectory: string
}

/** Asks over the network of a process: the one that owns the node's namespaces. */
export type HttpQuestion = {
  readonly how: 'http'
  readonly pid: number
  readonly host: string
  readonly port: number
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
}

export type TcpQuestion = {readonly how: 'tcp'; readonly pid: number; readonly host: string; readonly port: number}

/** `code` is a program's exit code or the status of an HTTP answer; an error is the question's own fault. */
export type AskAnswer =
  | {readonly came: 'answer'; readonly code: number; readonly said: string}
  | {readonly came: 'failure' | 'error'; readonly said: string}

/** Asks, waits for at most the time that the question gives, and leaves nothing behind. Aborting ends it before that. */
export async function ask(namespaces: Namespaces, question: AskQuestion, signal: AbortSignal): Promise<AskAnswer> {
  switch (question.how) {
    case 'exec':
      return runInside(namespaces, question, signal)
    case 'http':
      return get(namespaces, question, signal)
    case 'tcp':
      return open(namespaces, question, signal)
  }
}

type Timed<Q> = Q & {readonly timeoutMs: number}

/*
 * A socket's namespace is that of the thread when it is made. Node makes it later than `connect` is called, unless it has to look a
 * name up first and is told the address at once: then it does all of it on the spot.
 */
function socketFrom(namespaces: Namespaces, {pid, host, port}: HttpQuestion | TcpQuestion): Socket {
  return namespaces.within({join: {net: `/proc/${pid}/ns/net`}}, () =>
    connectSocket({host: 'pod', port, family: 4, lookup: (_name, _options, told) => told(null, host, 4)}),
  )
}

function open(namespaces: Namespaces, question: Timed<TcpQuestion>, signal: AbortSignal): Promise<AskAnswer> {
  return new Promise(resolve => {
    const socket = socketFrom(namespaces, question)
    const place = `${question.host}:${question.port}`
    const finish = (answer: AskAnswer) => {
      limits.release()
      socket.destroy()
      resolve(answer)
    }
    const limits = limit(question.timeoutMs, signal, () =>
      finish({came: 'failure', said: `dial tcp ${place}: i/o timeout`}),
    )
    socket.on('error', error => finish({came: 'failure', said: dialFailure(place, error)}))
    socket.on('connect', () => finish({came: 'answer', code: 0, said: ''}))
  })
}

/* Follows redirections on the same host, as the kubelet does. */
async function get(namespaces: Namespaces, question: Timed<HttpQuestion>, signal: AbortSignal): Promise<AskAnswer> {
  const deadline = performance.now() + question.timeoutMs
  let {path} = question
  for (let hops = 0; hops < mostHops; hops++) {
    const timeoutMs = Math.max(1, deadline - performance.now())
    const {answer, location} = await getOnce(namespaces, {...question, path, timeoutMs}, signal)
    const target =
      location === undefined ? undefined : URL.parse(location, `http://${question.host}:${question.port}${path}`)
    if (!target || target.hostname !== question.host || Number(target.port || 80) !== question.port) return answer
    path = `${target.pathname}${target.search}`
  }
  return {
    came: 'failure',
    said: `Get "http://${question.host}:${question.port}${path}": stopped after ${mostHops} redirects`,
  }
}

const mostHops = 10

type Got = {readonly answer: AskAnswer; readonly location?: string}

function getOnce(namespaces: Namespaces, question: Timed<HttpQuestion>, signal: AbortSignal): Promise<Got> {
  const {host, port, path, headers} = question
  const url = `Get "http://${host}:${port}${path}"`
  return new Promise(resolve => {
    const socket = socketFrom(namespaces, question)
    const finish = (got: Got) => {
      limits.release()
      sent.destroy()
      resolve(got)
    }
    const fail = (said: string) => finish({answer: {came: 'failure', said: `${url}: ${said}`}})
    const limits = limit(question.timeoutMs, signal, () =>
      fail('context deadline exceeded (Client.Timeout exceeded while awaiting headers)'),
    )
    const sent = request({host, port, path, headers: headersOf(headers), createConnection: () => socket}, response => {
      let length = 0
      const done = () => {
        const {statusCode = 0, headers} = response
        const moved = statusCode >= 300 && statusCode < 400 ? headers.location : undefined
        finish({answer: {came: 'answer', code: statusCode, said: ''}, ...(moved !== undefined && {location: moved})})
      }
      response.on('end', done).on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > longestAnswer) done()
      })
    })
    sent.on('error', error => fail(dialFailure(`${host}:${port}`, error)))
    sent.end()
  })
}

/** More than that of an answer is not read. */
const longestAnswer = 10 * 1024

function headersOf(headers: readonly (readonly [string, string])[]): Record<string, string | string[]> {
  const usual: [string, string][] = [
    ['User-Agent', 'kube-probe/1.32'],
    ['Accept', '*/*'],
  ]
  const own = Map.groupBy(headers, ([name]) => name.toLowerCase())
  const all = [...usual.filter(([name]) => !own.has(name.toLowerCase())), ...headers]
  const byName = Map.groupBy(all, ([name]) => name.toLowerCase())
  const entries = [...byName.values()].map(same => {
    const values = same.map(([, value]) => value)
    return [same[0]?.[0] ?? '', values.length === 1 ? (values[0] ?? '') : values] as const
  })
  return {Connection: 'close', ...Object.fromEntries(entries)}
}

function limit(timeoutMs: number, signal: AbortSignal, over: () => void): {release: () => void} {
  const stop = afterLull(timeoutMs, over)
  signal.addEventListener('abort', over, {once: true})
  return {
    release: () => {
      stop()
      signal.removeEventListener('abort', over)
    },
  }
}

/* In the words of Go, in which a kubelet is written. */
function dialFailure(place: string, error: Error): string {
  const code = 'code' in error ? String(error.code) : error.name
  if (error.message === 'socket hang up') return 'EOF'
  const words = dialWords[code]
  return words === undefined ? error.message : `dial tcp ${place}: connect: ${words}`
}

const dialWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
}
