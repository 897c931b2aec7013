import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {namespace, selector} from '../../lab/step-schema.ts'
import type {Pod} from '../../objects/pod.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {inNamespace, typedCommand} from '../command.ts'
import {isServing} from '../places.ts'

const form = parameters(
  {
    selector: selector.describe('The pods, by label, like app=kubia'),
    namespace,
    ready: z.int().min(0).describe('How many are ready: so many and no more'),
  },
  '30s',
)

type Parameters = z.infer<typeof form>

/** A number of pods is ready, and none is on its way in. Those on their way out do not count. */
export const pods: Check<Parameters> = {
  summary: 'A number of pods is ready',
  parameters: form,
  targets: [],
  again: 'after a change',
  expected: expectation,
  look: countOnce,
}

async function countOnce(wanted: Parameters, lab: LabHandle): Promise<Finding> {
  const {selector, namespace} = wanted
  const found = (await lab.list('Pod', {selector, namespace})) as readonly Pod[]
  const staying = found.filter(pod => pod.metadata.deletionTimestamp === undefined)
  const ready = staying.filter(isServing)
  return {
    holds: ready.length === wanted.ready && staying.length === wanted.ready,
    seen: staying.length === 0 ? 'no pod' : staying.map(describe).join(', '),
    command: typedCommand(lab, 'get', ['pods', '--selector', selector, ...inNamespace(namespace)]),
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
