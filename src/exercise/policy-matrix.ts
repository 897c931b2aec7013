import type {Outcome} from '../cluster/dial.ts'
import type {LabHandle} from '../cluster/lab-handle.ts'
import {placeName} from '../lab/targets.ts'
import {addressOf, nth, parseCidr} from '../net/cidr.ts'
import type {Namespace} from '../objects/namespace.ts'
import type {NetworkPolicy} from '../objects/network-policy.ts'
import type {Node} from '../objects/node.ts'
import type {Pod} from '../objects/pod.ts'
import type {Limits} from './command.ts'
import {isServing} from './places.ts'
import {dialAll} from './reach/dial-all.ts'
import type {Goal} from './reach/goals.ts'
import {judge, type Party, type PolicyWorld} from './reach/policy-judge.ts'
import {portsOf, printPort, type WantedPort} from './reach/wanted-ports.ts'

/** Who reaches whom, as NetworkPolicies say and as it is. A cell is undefined where a pod would have called itself. */
export type PolicyMatrix = {
  readonly from: readonly string[]
  readonly goals: readonly MatrixGoal[]
  readonly cells: readonly (readonly (Cell | undefined)[])[]
  readonly policies: readonly string[]
  /** What was not tried, and why. */
  readonly left: readonly string[]
}

export type MatrixGoal = Goal & {readonly pod: Pod; readonly port: WantedPort}

export type Cell = {
  /** Undefined where it depends on which of its addresses a node calls from. */
  readonly expected: boolean | undefined
  /** Why not, when it is not to be reached: the ends that refuse, with the policies that isolate them. */
  readonly denied: readonly string[]
  readonly outcome: Outcome
}

export type MatrixWish = {
  /** All but those that every cluster has for itself, when there are none. */
  readonly namespaces: readonly string[]
  /** Those of each pod, when there are none. */
  readonly ports: readonly WantedPort[]
}

/** Calls every ready pod from every other, with real connections, and says what policies have to say to each call. */
export async function policyMatrix(lab: LabHandle, limits: Limits, wish: MatrixWish): Promise<PolicyMatrix> {
  const [all, policies, namespaces, nodes] = await Promise.all([
    lab.list('Pod', {}) as Promise<readonly Pod[]>,
    lab.list('NetworkPolicy', {}) as Promise<readonly NetworkPolicy[]>,
    lab.list('Namespace', {}) as Promise<readonly Namespace[]>,
    lab.list('Node', {}) as Promise<readonly Node[]>,
  ])
  const chosen = all.filter(pod => isChosen(pod, wish))
  const pods = chosen.filter(isServing).toSorted(byName)
  const goals = (await Promise.all(pods.map(pod => goalsOf(pod, {lab, limits, wish})))).flat()
  const rows = pods.map(pod => ({
    from: placeName('pod', pod.metadata),
    pod,
    goals: goals.filter(goal => goal.pod !== pod),
  }))
  const world = {policies, namespaces}
  const judged = rows.map(row => row.goals.map(goal => judgeCall(row.pod, goal, {world, nodes})))
  const outcomes = await callAll(lab, limits, {rows, judged})
  return {
    from: rows.map(({from}) => from),
    goals,
    cells: rows.map((row, index) => {
      const cells = new Map(row.goals.map((goal, at) => [goal, cellOf(judged[index]?.[at], outcomes[index]?.[at])]))
      return goals.map(goal => cells.get(goal))
    }),
    policies: policies.map(({metadata}) => `${metadata.namespace}/${metadata.name}`).toSorted(),
    left: chosen.filter(pod => !isServing(pod)).map(({metadata}) => `${placeName('pod', metadata)} is not ready`),
  }
}

/** Whether a call has arrived: a refusal comes from the pod itself, where nobody listens, for what policies deny is dropped. */
export function hasArrived({came}: Outcome): boolean {
  return came === 'answered' || came === 'refused' || came === 'reset'
}

export function isAsExpected({expected, outcome}: Cell): boolean {
  return expected === undefined || expected === hasArrived(outcome)
}

type Judged = Pick<Cell, 'expected' | 'denied'>

function cellOf(judged: Judged | undefined, outcome: Outcome | undefined): Cell {
  if (judged === undefined || outcome === undefined) throw new Error('a call without an outcome')
  return {...judged, outcome}
}

type Rows = {
  readonly rows: readonly {readonly from: string; readonly goals: readonly MatrixGoal[]}[]
  readonly judged: readonly (readonly Judged[])[]
}

/* What is not as expected is tried once more, with patience: the machine may be busy, or the rules just being written. */
async function callAll(lab: LabHandle, limits: Limits, {rows, judged}: Rows): Promise<readonly (readonly Outcome[])[]> {
  const {signal, timeoutMs} = limits
  const first = await dialAll(lab, rows, {signal, timeoutMs})
  const isWrong = (row: number, at: number) => {
    const [expectation, outcome] = [judged[row]?.[at], first[row]?.[at]]
    return expectation !== undefined && outcome !== undefined && !isAsExpected({...expectation, outcome})
  }
  const again = rows.map(({from, goals}, row) => ({from, goals: goals.filter((_, at) => isWrong(row, at))}))
  const second = await dialAll(lab, again, {signal, timeoutMs: timeoutMs * 3})
  return first.map((outcomes, row) => {
    const later = (second[row] ?? []).values()
    return outcomes.map((outcome, at) => (isWrong(row, at) ? (later.next().value ?? outcome) : outcome))
  })
}

type Judges = {readonly world: PolicyWorld; readonly nodes: readonly Node[]}

function judgeCall(from: Pod, goal: MatrixGoal, {world, nodes}: Judges): Judged {
  const [to] = partiesOf(goal.pod, nodes)
  if (to === undefined) throw new Error(`${goal.name} has no address`)
  const found = partiesOf(from, nodes).map(party => judge({from: party, to, ...goal.port}, world))
  const [one] = found
  const isClear = found.every(({allowed}) => allowed === one?.allowed)
  return {expected: isClear ? one?.allowed : undefined, denied: isClear ? (one?.denied ?? []) : []}
}

/* A pod in its node's network is the node, which may call from any of its addresses: the underlay's, the overlay's or docker0's. */
function partiesOf({spec, status, ...pod}: Pod, nodes: readonly Node[]): readonly Party[] {
  const at = spec.nodeName === undefined ? {} : {node: spec.nodeName}
  if (!spec.hostNetwork) return [{address: status?.podIP ?? '', pod: {...pod, spec, ...(status && {status})}, ...at}]
  const node = nodes.find(({metadata}) => metadata.name === spec.nodeName)
  const subnet = node?.spec.podCIDR
  const further = subnet === undefined ? [] : [addressOf(parseCidr(subnet)), nth(parseCidr(subnet), 1)]
  return [status?.hostIP ?? '', ...further].map(address => ({address, ...at}))
}

async function goalsOf(
  pod: Pod,
  {lab, limits, wish}: {readonly lab: LabHandle; readonly limits: Limits; readonly wish: MatrixWish},
): Promise<readonly MatrixGoal[]> {
  const host = pod.status?.podIP ?? ''
  const place = placeName('pod', pod.metadata)
  const ports = wish.ports.length > 0 ? wish.ports : await portsOf(pod, {lab, limits})
  return ports.map(port => ({
    ...{name: `${place}:${printPort(port)}`, place, pod, port},
    call: {kind: port.protocol === 'UDP' ? 'udp' : 'tcp', host, port: port.port},
  }))
}

function isChosen({metadata: {namespace = 'default'}}: Pod, {namespaces}: MatrixWish): boolean {
  return namespaces.length > 0 ? namespaces.includes(namespace) : !namespace.startsWith('kube-')
}

/* Those of the namespace `default` come first. */
function byName(a: Pod, b: Pod): number {
  const [first, second] = [sortKey(a), sortKey(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

function sortKey({metadata: {namespace = 'default', name}}: Pod): string {
  return `${namespace === 'default' ? '' : namespace}/${name}`
}
