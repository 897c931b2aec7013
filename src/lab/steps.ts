import {dirname, resolve} from 'node:path'
import type {z} from 'zod'
import {checkConfig} from './checks.ts'
import type {Setting, Step} from './lab.ts'
import type {PlacedObject} from './manifests.ts'
import type {stepSchema} from './step-schema.ts'
import {parseObjectReference} from './targets.ts'
import {joinWords} from './words.ts'
import {type Found, mistakeAt, type YamlDocument} from './yaml-file.ts'

type Path = readonly (string | number)[]
type RawStep = Omit<z.infer<ReturnType<typeof stepSchema>>, 'each'>

/** What a step needs besides itself. `written` is the step as it stands in the file, before its defaults. */
export type StepContext = {
  readonly document: YamlDocument
  /** Its place in the lab as a whole. */
  readonly path: Path
  /** Its place in `document`. */
  readonly own: readonly PropertyKey[]
  readonly written: unknown
  readonly objects: (path: Path, manifest: unknown, namespace: string) => Found<readonly PlacedObject[]>
}

type ReadStep = Found<readonly Step[]>

/** A step of the lab file as the scenario plays it; none when something is wrong with it. */
export function readStep(raw: RawStep, context: StepContext): ReadStep {
  const {value, mistakes} = readVerb(raw, context)
  return {value: value.map(step => (raw.title === undefined ? step : {...step, title: raw.title})), mistakes}
}

function readVerb(raw: RawStep, context: StepContext): ReadStep {
  const {namespace} = raw
  if (raw.say !== undefined) return good({title: raw.say, do: 'say', text: raw.say})
  if (raw.apply !== undefined) return readApply(raw.apply, namespace, context)
  if (raw.delete !== undefined) return good({title: deleteTitle(raw.delete), do: 'delete', namespace, ...raw.delete})
  if (raw.scale !== undefined) return readScale(raw.scale, namespace, context)
  if (raw.exec !== undefined) return good(execStep(raw.exec))
  if (raw.kubectl !== undefined) return good(kubectlStep(raw.kubectl, context))
  if (raw.set !== undefined) return good(setStep(settingsIn(raw.set)[0] as Setting))
  const written = context.written as {readonly wait?: unknown; readonly check?: unknown}
  const check = checkConfig(written.wait ?? written.check, [...context.path, raw.wait ? 'wait' : 'check'])
  return good(
    raw.wait
      ? {title: `wait until ${check.title}`, do: 'wait', until: check}
      : {title: check.title, do: 'check', check},
  )
}

/** Changes a setting. */
export function setStep(setting: Setting): Step {
  return {title: `set ${setting.name} to ${setting.value}`, do: 'set', setting}
}

/** Settings as they are written, an entry each. */
function settingsIn(written: {readonly [Name in Setting['name']]?: string | undefined}): readonly Setting[] {
  const names = ['overlay', 'proxy'] as const
  return names.flatMap(name => {
    const value = written[name]
    return value === undefined ? [] : [{name, value}]
  })
}

function good(step: Step): ReadStep {
  return {value: [step], mistakes: []}
}

function readApply(raw: unknown, namespace: string, {path, objects}: StepContext): ReadStep {
  const manifests: readonly unknown[] = Array.isArray(raw) ? raw : [raw]
  const found = manifests.map((manifest, index) =>
    objects(Array.isArray(raw) ? [...path, 'apply', index] : [...path, 'apply'], manifest, namespace),
  )
  const names = manifests.flatMap((manifest, index) =>
    typeof manifest === 'string' ? [manifest] : (found[index]?.value ?? []).map(nameOf),
  )
  const step: Step = {
    title: `apply ${names.join(', ')}`,
    do: 'apply',
    objects: found.flatMap(({value}) => value.map(({object}) => object)),
  }
  const mistakes = found.flatMap(each => each.mistakes)
  return {value: mistakes.length > 0 ? [] : [step], mistakes}
}

function readScale(scale: Readonly<Record<string, number>>, namespace: string, {document, own}: StepContext): ReadStep {
  const [of = '', replicas = 0] = Object.entries(scale)[0] ?? []
  try {
    const {kind, name} = parseObjectReference(of)
    return good({title: `scale ${kind} ${name} to ${replicas}`, do: 'scale', kind, namespace, name, replicas})
  } catch (error) {
    return {value: [], mistakes: [mistakeAt(document, {path: [...own, 'scale'], key: of}, (error as Error).message)]}
  }
}

function execStep({in: target, run, expect}: NonNullable<RawStep['exec']>): Step {
  const command = {title: `in ${target}: ${joinWords(run)}`, do: 'exec' as const, target, command: run}
  return expect === undefined ? command : {...command, expect: withoutUndefined(expect)}
}

function kubectlStep(raw: NonNullable<RawStep['kubectl']>, {document}: StepContext): Step {
  const {run, expect} = 'run' in raw ? raw : {run: raw, expect: undefined}
  const folder = resolve(dirname(document.source.file))
  const step = {title: `kubectl ${joinWords(run)}`, do: 'kubectl' as const, folder, command: run}
  return expect === undefined ? step : {...step, expect: withoutUndefined(expect)}
}

/** zod types an absent key as undefined; a Lab has no key at all. */
function withoutUndefined<T extends object>(value: T): {[K in keyof T]: Exclude<T[K], undefined>} {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as never
}

function deleteTitle(reference: NonNullable<RawStep['delete']>): string {
  return 'name' in reference
    ? `delete ${reference.kind} ${reference.name}`
    : `delete ${reference.kind}s with ${reference.selector}`
}

function nameOf({object}: PlacedObject): string {
  return `${object.kind} ${object.metadata.name ?? object.metadata.generateName}`
}
