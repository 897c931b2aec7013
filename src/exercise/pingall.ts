import type {Outcome} from '../cluster/dial.ts'
import type {LabHandle} from '../cluster/lab-handle.ts'
import {placeName} from '../lab/targets.ts'
import type {Endpoints} from '../objects/endpoints.ts'
import type {Pod} from '../objects/pod.ts'
import type {Service} from '../objects/service.ts'
import type {Limits} from './command.ts'
import {isServing} from './places.ts'
import {dialAll} from './reach/dial-all.ts'
import {type Goal, goalOfPod, goalsOfService} from './reach/goals.ts'

/** Every ready pod calls every other and every Service. A cell is undefined where a pod would have called itself. */
export type PingAll = {
  readonly from: readonly string[]
  readonly goals: readonly Goal[]
  readonly cells: readonly (readonly (Outcome | undefined)[])[]
  /** What was not tried, and why. */
  readonly left: readonly string[]
}

/** Calls all from all, with real connections: TCP where something is served, an ICMP echo where nothing is. */
export async function pingAll(lab: LabHandle, limits: Limits): Promise<PingAll> {
  const pods = ((await lab.list('Pod', {})) as readonly Pod[]).filter(isOfLab)
  const ready = pods.filter(isServing).toSorted(byName)
  const services = await servicesOf(lab)
  const goals = [...(await goalsOfPods(ready, lab, limits)), ...services.flatMap(service => service.goals)]
  const from = ready.map(({metadata}) => placeName('pod', metadata))
  const rows = from.map(place => ({from: place, goals: goals.filter(goal => goal.place !== place)}))
  const outcomes = await dialAll(lab, rows, {signal: limits.signal, timeoutMs: limits.timeoutMs})
  return {
    from,
    goals,
    cells: rows.map((row, index) => {
      const came = new Map(row.goals.map((goal, column) => [goal, outcomes[index]?.[column]]))
      return goals.map(goal => came.get(goal))
    }),
    left: [
      ...pods.filter(pod => !isServing(pod)).map(({metadata}) => `${placeName('pod', metadata)} is not ready`),
      ...services.flatMap(({left}) => left),
    ],
  }
}

/** How many of the calls were answered, and how many there were. */
export function totalsOf({cells}: PingAll): {readonly reached: number; readonly of: number} {
  const all = cells.flat().filter(outcome => outcome !== undefined)
  return {reached: all.filter(({came}) => came === 'answered').length, of: all.length}
}

/* A few at a time: to find out where a pod listens takes a process. */
async function goalsOfPods(pods: readonly Pod[], lab: LabHandle, limits: Limits): Promise<readonly Goal[]> {
  const goals: Goal[] = []
  const rest = pods.entries()
  const work = async () => {
    for (const [index, pod] of rest) goals[index] = await goalOfPod(pod, {lab, limits})
  }
  await Promise.all(Array.from({length: 4}, work))
  return goals
}

type Planned = {readonly goals: readonly Goal[]; readonly left: readonly string[]}

async function servicesOf(lab: LabHandle): Promise<readonly Planned[]> {
  const [services, endpoints] = await Promise.all([
    lab.list('Service', {}) as Promise<readonly Service[]>,
    lab.list('Endpoints', {}) as Promise<readonly Endpoints[]>,
  ])
  const served = new Set(endpoints.filter(({subsets = []}) => subsets.length > 0).map(keyOf))
  const own = services.filter(isOfLab).toSorted(byName)
  return own.map(service => planOf(service, served.has(keyOf(service))))
}

/* A Service without a selector and without endpoints is nobody's fault: nobody has said yet what is behind it. */
function planOf(service: Service, hasEndpoints: boolean): Planned {
  const {metadata, spec} = service
  const name = placeName('service', metadata)
  if (spec.selector === undefined && !hasEndpoints)
    return {goals: [], left: [`${name} has neither a selector nor endpoints`]}
  const goals = goalsOfService(service)
  const silent = (spec.ports ?? []).filter(({protocol = 'TCP'}) => protocol !== 'TCP')
  const left = silent.map(
    ({port, protocol}) => `${name}:${port}/${protocol} (${protocol} gives no sign of having arrived)`,
  )
  return {goals, left: goals.length === 0 && left.length === 0 ? [`${name} has no cluster IP`] : left}
}

/* What every cluster has for itself is not what a lab is about. */
function isOfLab({metadata: {namespace = 'default'}}: Pod | Service): boolean {
  return !namespace.startsWith('kube-')
}

function keyOf({metadata: {namespace = 'default', name}}: Service | Endpoints): string {
  return `${namespace}/${name}`
}

/* Those of the namespace `default` come first. */
function byName(a: Pod | Service, b: Pod | Service): number {
  const [first, second] = [sortKey(a), sortKey(b)]
  return first < second ? -1 : first > second ? 1 : 0
}

function sortKey({metadata: {namespace = 'default', name}}: Pod | Service): string {
  return `${namespace === 'default' ? '' : namespace}/${name}`
}
