import type {Action, ProbePort} from '../../objects/action.ts'
import type {Container} from '../../objects/container.ts'
import type {AskAnswer, AskQuestion} from '../runtime/ask.ts'
import type {ContainerProcess, Sandbox} from './pod-life.ts'
import type {ProbeResult} from './probe-state.ts'

/** Where an action is done: in a container, or over the network of its node (by the process that owns that). */
export type ActionPlace = {
  readonly container: Container
  readonly process: ContainerProcess
  readonly sandbox: Sandbox
  readonly nodePid: number
}

/** The question that an action asks, or why it cannot be asked. */
export function questionOf(
  action: Action,
  place: ActionPlace,
  timeoutMs: number,
): AskQuestion | {readonly error: string} {
  const {container, process, sandbox, nodePid} = place
  if (action.exec) {
    const {pid, environment, workingDirectory} = process
    return {how: 'exec', pid, environment, workingDirectory, argv: action.exec.command ?? [], timeoutMs}
  }
  const {port: wanted, host = sandbox.ip} = action.httpGet ?? action.tcpSocket ?? {port: 0}
  const port = portNumber(container, wanted)
  if (port === undefined) return {error: `port ${wanted} not found in container ${container.name}`}
  if (!action.httpGet) return {how: 'tcp', pid: nodePid, host, port, timeoutMs}
  const {path = '/', httpHeaders = []} = action.httpGet
  const headers = httpHeaders.map(({name, value = ''}) => [name, value] as const)
  return {how: 'http', pid: nodePid, host, port, path: path.startsWith('/') ? path : `/${path}`, headers, timeoutMs}
}

function portNumber({ports = []}: Container, port: ProbePort): number | undefined {
  return typeof port === 'number' ? port : ports.find(({name}) => name === port)?.containerPort
}

/** What an answer means to a probe, in the kubelet's words. */
export function probeResult(
  {exec, httpGet}: Action,
  answer: AskAnswer,
): {readonly result: ProbeResult; readonly said: string} {
  if (answer.came !== 'answer') return {result: answer.came, said: answer.said}
  const {code, said} = answer
  if (exec) return {result: code === 0 ? 'success' : 'failure', said}
  if (httpGet && (code < 200 || code >= 400))
    return {result: 'failure', said: `HTTP probe failed with statuscode: ${code}`}
  return {result: 'success', said: ''}
}

/** Why a hook has failed; undefined when it has not. Any answer to an HTTP request will do. */
export function hookFailure({exec}: Action, answer: AskAnswer): string | undefined {
  if (answer.came !== 'answer') return answer.said
  if (!exec || answer.code === 0) return undefined
  const said = answer.said && `: ${answer.said}`
  return `command '${(exec.command ?? []).join(' ')}' exited with ${answer.code}${said}`
}
