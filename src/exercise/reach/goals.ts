import type {Call} from '../../cluster/dial.ts'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {parseTarget, placeName, splitNamespace} from '../../lab/targets.ts'
import {parseIp} from '../../net/ip.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Service} from '../../objects/service.ts'
import type {Limits} from '../command.ts'
import {connectionFiles, listeningPorts} from '../connections.ts'
import {fillAddresses, NotThereError, podsOf} from '../places.ts'

/** Something to reach: its name for people, the call that tries it, and the place that it is, when it is one. */
export type Goal = {readonly name: string; readonly call: Call; readonly place?: string}

/** A goal as a lab writes it: `service/kubia`, `service/kubia:80`, `pod/app=kubia:8080`, `node/master`, `10.0.20.4:22`. */
export type GoalForm = {readonly of: string; readonly port?: number}

/** The text is nothing that can be reached. */
export class GoalError extends Error {
  override readonly name = 'GoalError'
}

/** Reads a goal; throws GoalError. */
export function parseGoal(text: string): GoalForm {
  const [, of = '', port] = /^(.+?)(?::(\d+))?$/.exec(text) ?? []
  const isGood = isGoal(of) && (port === undefined || (Number(port) > 0 && Number(port) < 65_536))
  if (isGood) return port === undefined ? {of} : {of, port: Number(port)}
  throw new GoalError(
    `"${text}" is nothing to reach; expected service/NAME, pod/NAME, pod/LABEL=VALUE, node/NAME, client/NAME or an address, what has another namespace behind NAMESPACE/, each with :PORT or without`,
  )
}

function isGoal(text: string): boolean {
  const {local} = splitNamespace(text)
  if (local.startsWith('service/')) return /^[a-z0-9.-]+$/.test(local.slice('service/'.length))
  try {
    if (text.includes('/')) parseTarget(text)
    else parseIp(text)
    return true
  } catch {
    return false
  }
}

/** The goals that a text means: of a Service each port, of a selector each ready pod. Throws NotThereError. */
export async function goalsOf(text: string, lab: LabHandle, limits: Limits): Promise<readonly Goal[]> {
  const {of, port} = parseGoal(text)
  const {namespace, local} = splitNamespace(of)
  if (local.startsWith('service/'))
    return goalsOfService(await serviceNamed({namespace, name: local.slice('service/'.length)}, lab), port)
  if (local.startsWith('pod/')) {
    const pods = await podsOf(of, lab)
    if (pods.length === 0) throw new NotThereError(`${of} is not ready`)
    return Promise.all(pods.map(pod => goalOfPod(pod, {lab, limits, port})))
  }
  const host = of.includes('/') ? await fillAddresses(`{${of}}`, lab) : of
  return [{name: text, place: of, call: port === undefined ? {kind: 'ping', host} : {kind: 'tcp', host, port}}]
}

/**
 * A pod is called at the given port, else at the first TCP port that it declares, else at the first on which something listens; a
 * pod that serves nothing is pinged.
 */
export async function goalOfPod(
  pod: Pod,
  {lab, limits, port}: {readonly lab: LabHandle; readonly limits: Limits; readonly port?: number | undefined},
): Promise<Goal> {
  const host = pod.status?.podIP
  const place = placeName('pod', pod.metadata)
  if (host === undefined) throw new NotThereError(`${place} has no address`)
  const number = port ?? declaredPort(pod) ?? (await listeningPort(place, lab, limits))
  if (number === undefined) return {name: place, place, call: {kind: 'ping', host}}
  return {name: `${place}:${number}`, place, call: {kind: 'tcp', host, port: number}}
}

/** The TCP ports of a Service at its cluster IP; none when it has no such address. */
export function goalsOfService({metadata, spec}: Service, port?: number): readonly Goal[] {
  const host = spec.clusterIP
  if (host === undefined || host === 'None') return []
  const ports = (spec.ports ?? []).filter(({protocol = 'TCP'}) => protocol === 'TCP').map(({port}) => port)
  const chosen = port === undefined ? ports : [port]
  const name = placeName('service', metadata)
  return chosen.map(number => ({name: `${name}:${number}`, call: {kind: 'tcp', host, port: number}}))
}

async function serviceNamed(
  key: {readonly namespace: string; readonly name: string},
  lab: LabHandle,
): Promise<Service> {
  const found = await lab.get({kind: 'Service', ...key})
  if (found === undefined) throw new NotThereError(`there is no ${placeName('service', key)}`)
  return found as Service
}

function declaredPort({spec}: Pod): number | undefined {
  const ports = spec.containers.flatMap(({ports = []}) => ports)
  return ports.find(({protocol = 'TCP'}) => protocol === 'TCP')?.containerPort
}

async function listeningPort(place: string, lab: LabHandle, {signal, timeoutMs}: Limits): Promise<number | undefined> {
  const {code, stdout} = await lab.exec(place, ['cat', ...connectionFiles], {only: 'network', signal, timeoutMs})
  return code === 0 ? listeningPorts(stdout)[0] : undefined
}
