import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {mapping} from '../../lab/shape.ts'
import {namespace, selector} from '../../lab/step-schema.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Check, Verdict} from '../check.ts'
import {within} from '../duration.ts'
import {isServing} from '../places.ts'
import {watchUntil} from '../until.ts'

const parameters = mapping({
  selector: selector.describe('The pods, by label, like app=kubia'),
  namespace,
  ready: z.int().min(0).describe('How many are ready: so many and no more'),
  within: within('30s'),
})

type Parameters = z.infer<typeof parameters>

/** A number of pods is ready, and none is on its way in. Those on their way out do not count. */
export const pods: Check<Parameters> = {
  summary: 'A number of pods is ready',
  parameters,
  targets: [],
  run: (wanted, lab, during) =>
    watchUntil(() => countOnce(wanted, lab), {...during, lab, within: wanted.within, expected: expectation(wanted)}),
}

async function countOnce(wanted: Parameters, lab: LabHandle): Promise<Verdict> {
  const {selector, namespace} = wanted
  const found = (await lab.list('Pod', {selector, namespace})) as readonly Pod[]
  const staying = found.filter(pod => pod.metadata.deletionTimestamp === undefined)
  const ready = staying.filter(isServing)
  return {
    pass: ready.length === wanted.ready && staying.length === wanted.ready,
    expected: expectation(wanted),
    seen: staying.length === 0 ? 'no pod' : staying.map(describe).join(', '),
    command: `${lab.program} get pods --selector ${selector}${namespace === 'default' ? '' : ` -n ${namespace}`}`,
  }
}

function describe(pod: Pod): string {
  const waiting = pod.status?.containerStatuses?.find(({state}) => state?.waiting !== undefined)?.state?.waiting
  const state = waiting?.reason ?? pod.status?.phase ?? 'Pending'
  return `${pod.metadata.name} ${isServing(pod) ? 'ready' : `not ready (${state})`}`
}

function expectation({selector, ready}: Parameters): string {
  return `${ready} ${ready === 1 ? 'pod' : 'pods'} with ${selector}, ready`
}
