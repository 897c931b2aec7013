import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {namespace, selector} from '../../lab/step-schema.ts'
import type {Endpoints} from '../../objects/endpoints.ts'
import type {Pod} from '../../objects/pod.ts'
import {printSelector, selectorOfLabels} from '../../objects/selector.ts'
import type {Service} from '../../objects/service.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {inNamespace, typedCommand} from '../command.ts'
import {isServing, NotThereError} from '../places.ts'

const form = parameters({
  of: z.string().min(1).describe('The Service'),
  namespace,
  are: z.array(z.string().min(1)).optional().describe('The pods by name, or their addresses: these and no others'),
  pods: selector
    .optional()
    .describe("All ready pods with these labels; the Service's own selector when nothing else is said"),
  count: z.int().min(0).optional().describe('How many there are'),
})

type Parameters = z.infer<typeof form>
type Address = {readonly ip: string; readonly name: string}

/** The endpoints of a Service: the addresses among which its rules choose. */
export const endpoints: Check<Parameters> = {
  summary: 'The endpoints of a Service are those that they should be',
  parameters: form,
  targets: [],
  again: 'after a change',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle): Promise<Finding> {
  const {of, namespace, count} = wanted
  const found = (await lab.get({kind: 'Endpoints', namespace, name: of})) as Endpoints | undefined
  const present = addressesOf(found)
  const names = await wantedNames(wanted, lab)
  const counted = count === undefined || present.length === count
  return {
    holds: found !== undefined && counted && (names === undefined || areAll(present, names)),
    expected: names === undefined ? expectation(wanted) : `${expectation(wanted)}: ${names.join(', ') || 'none'}`,
    seen: found === undefined ? `there are no Endpoints ${of}` : present.map(print).join(', ') || 'no endpoint',
    command: typedCommand(lab, 'get', ['endpoints', of, ...inNamespace(namespace)]),
  }
}

/** Whom the lab names; undefined when only their number is asked for. */
async function wantedNames(
  {of, namespace, are, pods, count}: Parameters,
  lab: LabHandle,
): Promise<readonly string[] | undefined> {
  if (are !== undefined) return are
  if (pods === undefined && count !== undefined) return undefined
  const chosen = pods ?? (await selectorOf(of, {namespace, lab}))
  const all = (await lab.list('Pod', {namespace, selector: chosen})) as readonly Pod[]
  return all.filter(isServing).map(pod => pod.metadata.name)
}

async function selectorOf(name: string, {namespace, lab}: {namespace: string; lab: LabHandle}): Promise<string> {
  const service = (await lab.get({kind: 'Service', namespace, name})) as Service | undefined
  const {selector} = service?.spec ?? {}
  if (selector === undefined) throw new NotThereError(`there is no Service ${name} with a selector`)
  return printSelector(selectorOfLabels(selector))
}

function addressesOf(found: Endpoints | undefined): readonly Address[] {
  const all = (found?.subsets ?? []).flatMap(({addresses = []}) => addresses)
  return [...new Map(all.map(({ip, targetRef}) => [ip, {ip, name: targetRef?.name ?? 'no pod'}])).values()]
}

function areAll(present: readonly Address[], names: readonly string[]): boolean {
  const isThere = (wanted: string) => present.some(({ip, name}) => ip === wanted || name === wanted)
  return present.length === names.length && names.every(isThere)
}

function print({ip, name}: Address): string {
  return `${name} ${ip}`
}

function expectation({of, are, pods, count}: Parameters): string {
  const rules = [
    ...(count === undefined ? [] : [`${count} of them`]),
    ...(are === undefined ? [] : ['those listed']),
    ...(pods === undefined ? [] : [`the ready pods with ${pods}`]),
  ]
  return `the endpoints of ${of}: ${rules.join(', ') || 'its ready pods'}`
}
