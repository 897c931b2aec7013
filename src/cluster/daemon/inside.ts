import {parseTarget, placeName, type TargetForm} from '../../lab/targets.ts'
import type {Agent} from '../../node/agent.ts'
import type {PodLife} from '../../node/pods/pod-life.ts'
import type {ContainerState} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import {isReady} from '../../objects/pod-status.ts'
import {matches, parseSelector} from '../../objects/selector.ts'
import {type Inside, nodeEnvironment} from '../enter.ts'
import type {Cluster} from './cluster.ts'

/** A target that is not there, or not yet; the message says what is. */
export class NoTargetError extends Error {
  override readonly name = 'NoTargetError'
}

/** Finds the process that stands for a target: the owner of a machine's namespaces, or a container's first process. */
export function findInside(
  {agents, clients, outsiders}: Pick<Cluster, 'agents' | 'clients' | 'outsiders'>,
  target: string,
): Inside {
  const form = parseTarget(target)
  switch (form.kind) {
    case 'node':
      return insideMachine(outsiders.pids.get(form.name) ?? findAgent(agents, form.name).pid, form.name)
    case 'client':
      return insideClient(clients, form.name)
    case 'pod':
    case 'pods':
      return insidePod(findPod(agents, form), {target, container: containerOf(form), agents})
  }
}

type PodForm = Extract<TargetForm, {kind: 'pod' | 'pods'}>

/** The pod and container that a target means, whether it runs or not; throws NoTargetError. */
export function findContainer(
  agents: readonly Agent[],
  target: string,
  container?: string,
): {readonly pod: Pod; readonly container: string; readonly state: ContainerState} {
  const form = parseTarget(target)
  if (form.kind === 'node' || form.kind === 'client') throw new NoTargetError(`${target} is no pod`)
  const life = findPod(agents, form)
  const {pod, name, found} = containerIn(life, {target, container: container ?? containerOf(form), agents})
  return {pod, container: name, state: found.state}
}

function containerOf(form: PodForm): string | undefined {
  return form.kind === 'pod' ? form.container : undefined
}

function findPod(agents: readonly Agent[], form: PodForm): PodLife | undefined {
  const inside = livesOf(agents).filter(({pod}) => pod.metadata.namespace === form.namespace)
  if (form.kind === 'pod') return inside.find(({pod}) => pod.metadata.name === form.name)
  const selector = parseSelector(form.selector)
  const matching = inside.filter(({pod}) => matches(selector, pod.metadata.labels))
  return matching.find(({pod}) => isReady(pod)) ?? matching[0]
}

function livesOf(agents: readonly Agent[]): readonly PodLife[] {
  return agents.flatMap(agent => agent.lives())
}

/** The agents of all nodes; those outside have to be asked. */
export async function everyAgent({
  agents,
  outsiders,
}: Pick<Cluster, 'agents' | 'outsiders'>): Promise<readonly Agent[]> {
  return outsiders.pids.size === 0 ? agents : [...agents, ...(await outsiders.look())]
}

/** The agent of a node; throws NoTargetError with the names of those that there are. */
export function findAgent(agents: readonly Agent[], name: string): Agent {
  const agent = agents.find(one => one.name === name)
  if (agent) return agent
  throw new NoTargetError(`there is no node ${name}; the nodes are ${agents.map(one => one.name).join(', ')}`)
}

function insideClient(clients: Cluster['clients'], name: string): Inside {
  const pid = clients.get(name)
  if (pid !== undefined) return insideMachine(pid, name)
  const names = [...clients.keys()].join(', ')
  throw new NoTargetError(
    `there is no client ${name}; ${names ? `the clients are ${names}` : 'the lab has no clients'}`,
  )
}

function insideMachine(pid: number, name: string): Inside {
  return {pid, namespaces: ['net', 'uts', 'ipc', 'mount'], environment: nodeEnvironment(name, undefined)}
}

type Wanted = {readonly target: string; readonly container: string | undefined; readonly agents: readonly Agent[]}

function insidePod(life: PodLife | undefined, wanted: Wanted): Inside {
  const {pod, name, found} = containerIn(life, wanted)
  if (!found.process)
    throw new NoTargetError(`container ${name} of pod ${pod.metadata.name} is not running: ${reasonOf(found.state)}`)
  const {pid, environment} = found.process
  return {pid, namespaces: ['net', 'uts', 'ipc', 'mount', 'pid'], environment}
}

function containerIn(life: PodLife | undefined, {target, container, agents}: Wanted) {
  if (!life) {
    const names = livesOf(agents).map(({pod}) => placeName('pod', pod.metadata))
    throw new NoTargetError(`there is no ${target}; what runs is ${names.join(', ') || 'nothing'}`)
  }
  const {pod, containers} = life
  const name = container ?? pod.spec.containers[0]?.name ?? ''
  const found = containers[name]
  if (found) return {pod, name, found}
  throw new NoTargetError(
    `pod ${pod.metadata.name} has no container ${name}; it has ${Object.keys(containers).join(', ')}`,
  )
}

/** Why a container does not run. */
export function reasonOf({waiting, terminated}: ContainerState): string {
  if (waiting) return [waiting.reason, waiting.message].filter(Boolean).join(': ')
  if (terminated) return terminated.message ?? `it ended with code ${terminated.exitCode}`
  return 'it has not started'
}
