import type {Outcome} from '../cluster/dial.ts'
import type {LabHandle} from '../cluster/lab-handle.ts'
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
  const pods = (await lab.list('Pod', {namespace: 'default'})) as readonly Pod[]
  const ready = pods.filter(isServing).toSorted(byName)
  const services = await servicesOf(lab)
  const goals = [...(await goalsOfPods(ready, lab, limits)), ...services.flatMap(service => service.goals)]
  const from = ready.map(({metadata}) => `pod/${metadata.name}`)
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
      ...pods.filter(pod => !isServing(pod)).map(({metadata}) => `pod/${metadata.name} is not ready`),
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
    lab.list('Service', {namespace: 'default'}) as Promise<readonly Service[]>,
    lab.list('Endpoints', {namespace: 'default'}) as Promise<readonly Endpoints[]>,
  ])
  const served = new Set(endpoints.filter(({subsets = []}) => subsets.length > 0).map(({metadata}) => metadata.name))
  return services.toSorted(byName).map(service => planOf(service, served.has(service.metadata.name)))
}

/* A Service without a selector and without endpoints is nobody's fault: nobody has said yet what is behind it. */
function planOf(service: Service, hasEndpoints: boolean): Planned {
  const {metadata, spec} = service
  const name = `service/${metadata.name}`
  if (spec.selector === undefined && !hasEndpoints)
    return {goals: [], left: [`${name} has neither a selector nor endpoints`]}
  const goals = goalsOfService(service)
  const silent = (spec.ports ?? []).filter(({protocol = 'TCP'}) => protocol !== 'TCP')
  const left = silent.map(
    ({port, protocol}) => `${name}:${port}/${protocol} (${protocol} gives no sign of having arrived)`,
  )
  return {goals, left: goals.length === 0 && left.length === 0 ? [`${name} has no cluster IP`] : left}
}

function byName(a: Pod | Service, b: Pod | Service): number {
  return a.metadata.name < b.metadata.name ? -1 : 1
}
