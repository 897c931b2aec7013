import {type CheckForm, checkSchema, conditionSchema} from './check-schema.ts'
import {checkConfig, type Machines, machineFaults, targetFaults} from './checks.ts'
import {unrolled} from './each-steps.ts'
import type {CheckConfig, Step} from './lab.ts'
import type {LabDocument} from './lab-document.ts'
import type {PlacedStep} from './live-objects.ts'
import {type OwnNames, type PlacedObject, readManifest} from './manifests.ts'
import type {Surroundings} from './read-lab.ts'
import {manifestSchema} from './schema.ts'
import {goodItems} from './sections.ts'
import type {Fault} from './shape.ts'
import {stepSchema} from './step-schema.ts'
import {readStep} from './steps.ts'
import type {PlacedTarget} from './warnings.ts'
import type {Found} from './yaml-file.ts'

type Path = readonly (string | number)[]
type Known = {readonly checks: Surroundings['checks']; readonly machines: Machines}

/** A step with its places: in the lab as a whole, and in the file where it was written. */
export type ReadStep = PlacedStep & {readonly path: Path}

/** The objects that are there from the start. */
export function readManifests(
  lab: LabDocument,
  {readFile, images}: Surroundings & {readonly images: OwnNames},
): Found<readonly PlacedObject[]> {
  const found = goodItems('manifests', lab.value.manifests, manifestSchema).map(({path, value}) =>
    readManifest(lab.origin(path), value, {namespace: 'default', readFile, images}),
  )
  return {value: found.flatMap(({value}) => value), mistakes: found.flatMap(({mistakes}) => mistakes)}
}

/** The steps of the scenario. */
export function readScenario(
  lab: LabDocument,
  {readFile, checks, images}: Surroundings & {readonly images: OwnNames},
): Found<readonly ReadStep[]> {
  const schema = stepSchema(manifestSchema, conditionSchema(checks))
  const items = goodItems('scenario', lab.value.scenario, schema).flatMap(unrolled)
  const found = items.map(({path, value, written, under}) => {
    const placed: PlacedObject[] = []
    const origin = lab.origin(path)
    const objects = (inner: Path, manifest: unknown, namespace: string) => {
      const read = readManifest(lab.origin(inner), manifest, {namespace, readFile, images})
      placed.push(...read.value)
      return read
    }
    const read = readStep(value, {document: origin.document, own: origin.path, path, written, objects})
    const steps = read.value.map(step => ({step: under ? {...step, under} : step, path, origin, objects: placed}))
    return {steps, mistakes: read.mistakes}
  })
  return {value: found.flatMap(({steps}) => steps), mistakes: found.flatMap(({mistakes}) => mistakes)}
}

/** The checks that are graded. */
export function readChecks(lab: LabDocument, {checks}: Surroundings): readonly CheckConfig[] {
  return goodItems('checks', lab.value.checks, checkSchema(checks)).map(item => checkConfig(item.written, item.path))
}

/** The targets of a step that name a machine which the lab does not have. */
export function stepTargets(step: Step, path: Path, known: Known): readonly Fault[] {
  const check = checkOf(step)
  if (check) return targetFaults(check, known)
  return step.do === 'exec' ? machineFaults(step.target, [...path, 'exec', 'in'], known.machines) : []
}

/** Every target that the lab names. */
export function targetsOf(
  lab: LabDocument,
  {
    steps,
    checks,
    forms,
  }: {
    readonly steps: readonly ReadStep[]
    readonly checks: readonly CheckConfig[]
    readonly forms: Readonly<Record<string, CheckForm>>
  },
): readonly PlacedTarget[] {
  const all = [...steps.flatMap(({step}) => checkOf(step) ?? []), ...checks]
  return [
    ...steps.flatMap(({step, path}) =>
      step.do === 'exec' ? [{target: step.target, ...lab.origin([...path, 'exec', 'in'])}] : [],
    ),
    ...all.flatMap(({type, parameters, path}) =>
      (forms[type]?.targets ?? []).flatMap(key => {
        const target = (parameters as Readonly<Record<string, unknown>>)[key]
        return typeof target === 'string' ? [{target, ...lab.origin([...path, key])}] : []
      }),
    ),
  ]
}

function checkOf(step: Step): CheckConfig | undefined {
  switch (step.do) {
    case 'wait':
      return step.until
    case 'check':
      return step.check
    case 'say':
    case 'apply':
    case 'delete':
    case 'scale':
    case 'exec':
    case 'kubectl':
    case 'set':
      return undefined
  }
}
