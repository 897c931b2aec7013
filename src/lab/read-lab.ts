import {type CheckForm, checkSchema, conditionSchema} from './check-schema.ts'
import {checkConfig, type Machines, machineFaults, targetFaults} from './checks.ts'
import {internetFaults, placeClients} from './clients.ts'
import type {CheckConfig, Lab, Step} from './lab.ts'
import {nameFrom} from './lab-files.ts'
import {type PlacedObject, type ReadFile, readManifest} from './manifests.ts'
import {networkFaults, placeNodes} from './networks.ts'
import {clusterIpMistakes, duplicates, nodeMistakes} from './object-rules.ts'
import {labName, labSchema, manifestSchema} from './schema.ts'
import {clientItems, goodItems, internetItems, nodeItems, readCluster} from './sections.ts'
import {type Fault, isMapping, readShape} from './shape.ts'
import {stepSchema} from './step-schema.ts'
import {readStep} from './steps.ts'
import {type Found, mistakeAt, type YamlDocument} from './yaml-file.ts'

/** What reading a lab needs from outside: its files, and the types of check that there are. */
export type Surroundings = {readonly readFile: ReadFile; readonly checks: Readonly<Record<string, CheckForm>>}

/**
 * The whole file is held against the schema for its mistakes; then every part that is good by itself is read on, so that
 * a wrong key in one place does not hide a wrong address in another.
 */
export function readLab(document: YamlDocument, surroundings: Surroundings): Found<Lab> {
  const shape = readShape(labSchema(surroundings.checks), document.value)
  const written: Written = isMapping(document.value) ? document.value : {}
  const cluster = readCluster(written.cluster)
  const items = nodeItems(written.nodes)
  const {nodes, faults} = placeNodes(cluster, items)
  const clientsWritten = clientItems(written.clients)
  const outside = placeClients(cluster, clientsWritten, nodes)
  const internet = internetItems(written.internet)
  const manifests = readManifests(document, written.manifests, surroundings)
  const scenario = readScenario(document, written.scenario, surroundings)
  const checks = readChecks(written.checks, surroundings)
  const {name, wrongName} = readName(written.name, document.source.file)
  const machines = {nodes: items.map(item => item.name), clients: clientsWritten.map(item => item.name)}
  const known = {checks: surroundings.checks, machines}
  const places: readonly Fault[] = [
    ...(shape.ok ? [] : shape.faults),
    ...wrongName,
    ...networkFaults(cluster),
    ...faults,
    ...outside.faults,
    ...internetFaults(cluster, internet),
    ...scenario.value.flatMap(({step, path}) => stepTargets(step, path, known)),
    ...checks.flatMap(check => targetFaults(check, known)),
  ]
  const mistakes = [
    ...places.map(fault => mistakeAt(document, fault, fault.message, fault.hint)),
    ...[...manifests.mistakes, ...scenario.mistakes],
    ...duplicates(manifests.value),
    ...nodeMistakes(manifests.value),
    ...clusterIpMistakes(manifests.value, cluster.serviceRange),
  ]
  const value: Lab = {
    name,
    title: String(written.title ?? name),
    ...(written.summary === undefined ? {} : {summary: String(written.summary)}),
    ...{cluster, nodes, clients: outside.clients, internet: internet.map(({host}) => host)},
    ...{manifests: manifests.value.map(({object}) => object)},
    ...{scenario: scenario.value.map(({step}) => step), checks},
  }
  return {value, mistakes}
}

type Written = Readonly<Record<string, unknown>>
type Path = readonly (string | number)[]
type Known = {readonly checks: Surroundings['checks']; readonly machines: Machines}

/** Without a name of its own a lab has its folder's, which may be no name for a lab. */
function readName(written: unknown, file: string): {readonly name: string; readonly wrongName: readonly Fault[]} {
  if (written !== undefined) return {name: String(written), wrongName: []}
  const name = nameFrom(file)
  if (labName.safeParse(name).success) return {name, wrongName: []}
  const message = `a lab is named by its folder, and "${name}" is no name for a lab`
  return {
    name,
    wrongName: [{path: [], message, hint: 'add a name with at most 40 of a-z, 0-9 and "-", like name: kubia'}],
  }
}

function readManifests(
  document: YamlDocument,
  written: unknown,
  {readFile}: Surroundings,
): Found<readonly PlacedObject[]> {
  const found = goodItems('manifests', written, manifestSchema).map(({path, value}) =>
    readManifest({document, path}, value, {namespace: 'default', readFile}),
  )
  return {value: found.flatMap(({value}) => value), mistakes: found.flatMap(({mistakes}) => mistakes)}
}

type PlacedStep = {readonly step: Step; readonly path: Path}

function readScenario(
  document: YamlDocument,
  written: unknown,
  surroundings: Surroundings,
): Found<readonly PlacedStep[]> {
  const schema = stepSchema(manifestSchema, conditionSchema(surroundings.checks))
  const objects = (path: Path, manifest: unknown, namespace: string) =>
    readManifest({document, path}, manifest, {namespace, readFile: surroundings.readFile})
  const found = goodItems('scenario', written, schema).map(({path, value, written}) => {
    const read = readStep(value, {document, path, written, objects})
    return {steps: read.value.map(step => ({step, path})), mistakes: read.mistakes}
  })
  return {value: found.flatMap(({steps}) => steps), mistakes: found.flatMap(({mistakes}) => mistakes)}
}

function readChecks(written: unknown, {checks}: Surroundings): readonly CheckConfig[] {
  return goodItems('checks', written, checkSchema(checks)).map(item => checkConfig(item.written, item.path))
}

function stepTargets(step: Step, path: Path, known: Known): readonly Fault[] {
  switch (step.do) {
    case 'exec':
      return machineFaults(step.target, [...path, 'exec', 'in'], known.machines)
    case 'wait':
      return targetFaults(step.until, known)
    case 'check':
      return targetFaults(step.check, known)
    case 'say':
    case 'apply':
    case 'delete':
    case 'scale':
      return []
  }
}
