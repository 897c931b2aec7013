import {capacityMistakes} from './capacity.ts'
import type {CheckForm} from './check-schema.ts'
import {type Machines, targetFaults} from './checks.ts'
import {internetFaults, placeClients} from './clients.ts'
import {dnsFaults, dnsMistakes, dnsPods} from './dns-rules.ts'
import {familyFaults, placeMachines6, placeNodes6} from './dual-stack.ts'
import {type RootFault, readImages} from './images.ts'
import type {Lab} from './lab.ts'
import {type LabDocument, mistakeIn} from './lab-document.ts'
import type {Mistake} from './lab-error.ts'
import {nameFrom} from './lab-files.ts'
import {type PlacedStep, stagesOf} from './live-objects.ts'
import type {ReadFile} from './manifests.ts'
import {networkFaults, placeNodes, roomFaults} from './networks.ts'
import {clusterIpMistakes, duplicates, nodeMistakes} from './object-rules.ts'
import type {Setting} from './parameters.ts'
import {readChecks, readManifests, readScenario, stepTargets, targetsOf} from './read-sections.ts'
import {labName, machinesAtMost} from './schema.ts'
import {clientItems, internetItems, nodeItems, readCluster} from './sections.ts'
import {serviceConflicts} from './service-conflicts.ts'
import {type Fault, isMapping} from './shape.ts'
import {selectorWarnings} from './warnings.ts'

/** What reading a lab needs from outside: its files, the types of check that there are, and what was `--set`. */
export type Surroundings = {
  readonly readFile: ReadFile
  readonly checks: Readonly<Record<string, CheckForm>>
  readonly settings?: readonly Setting[]
  /** Looks at the root file systems that the lab names; left out, they are looked at when the lab is started. */
  readonly rootFault?: RootFault
}

/** A lab as far as it could be read, with what is wrong with it, and what is allowed but hardly meant. */
export type ReadLab = {
  readonly value: Lab
  readonly mistakes: readonly Mistake[]
  readonly warnings: readonly Mistake[]
}

/**
 * Reads what the schema has been held against already: every part that is good by itself is read on, so that a wrong key in one place
 * does not hide a wrong address in another.
 */
export function readLab(document: LabDocument, surroundings: Surroundings): ReadLab {
  const written = document.value
  const {name, wrongName} = readName(written.name, document.main.source.file)
  const network = readNetwork(written)
  const images = readImages(document, surroundings.rootFault)
  const manifests = readManifests(document, {...surroundings, images: images.names})
  const scenario = readScenario(document, {...surroundings, images: images.names})
  const checks = readChecks(document, surroundings)
  const known = {checks: surroundings.checks, machines: network.machines}
  const faults = [
    ...wrongName,
    ...network.faults,
    ...scenario.value.flatMap(({step, path}) => stepTargets(step, path, known)),
    ...checks.flatMap(check => targetFaults(check, known)),
  ]
  const steps = scenario.value
  const {nodes, cluster} = network
  const value: Lab = {
    ...{name, title: String(written.title ?? name)},
    ...(written.summary === undefined ? {} : {summary: String(written.summary)}),
    ...{cluster, nodes, clients: network.clients, internet: network.internet, images: images.value},
    ...{manifests: manifests.value.map(({object}) => object), scenario: steps.map(({step}) => step), checks},
  }
  const objects = [...manifests.value, ...steps.flatMap(step => step.objects)]
  return {
    value,
    mistakes: [
      ...faults.map(fault => mistakeIn(document, fault)),
      ...[...images.mistakes, ...manifests.mistakes, ...scenario.mistakes, ...duplicates(manifests.value)],
      ...[...nodeMistakes(objects), ...clusterIpMistakes(objects, cluster)],
      ...dnsMistakes(objects, cluster),
      ...clashes(manifests.value, steps, nodes),
    ],
    warnings: selectorWarnings({
      objects,
      steps,
      own: dnsPods(cluster),
      targets: targetsOf(document, {steps, checks, forms: surroundings.checks}),
    }),
  }
}

function clashes(
  manifests: Parameters<typeof stagesOf>[0],
  steps: readonly PlacedStep[],
  nodes: Lab['nodes'],
): readonly Mistake[] {
  const stages = stagesOf(manifests, steps)
  return [...serviceConflicts(stages), ...capacityMistakes(stages, nodes)]
}

type Network = Pick<Lab, 'cluster' | 'nodes' | 'clients' | 'internet'> & {
  readonly machines: Machines
  readonly faults: readonly Fault[]
}

function readNetwork(written: Readonly<Record<string, unknown>>): Network {
  const cluster = readCluster(written.cluster)
  const all = nodeItems(written.nodes)
  const nodesWritten = all.slice(0, machinesAtMost)
  const surplus = all[machinesAtMost]
  const four = placeNodes(cluster, nodesWritten)
  const {placed: nodes, faults: faults6} = placeNodes6(cluster, four.nodes, nodesWritten)
  const faults = [...four.faults, ...faults6]
  const clientsWritten = clientItems(written.clients)
  const outside = placeClients(cluster, clientsWritten, nodes)
  const clients = placeMachines6(cluster, outside.clients, clientsWritten, nodes)
  const internet = internetItems(written.internet)
  return {
    ...{cluster, nodes, clients: clients.placed, internet: internet.map(({host}) => host)},
    machines: {nodes: nodesWritten.map(({name}) => name), clients: clientsWritten.map(({name}) => name)},
    faults: [
      ...(surplus ? [{path: surplus.path, message: `${all.length} nodes; at most ${machinesAtMost}`}] : []),
      ...networkFaults(cluster),
      ...dnsFaults(cluster),
      ...roomFaults(cluster, nodes.length + outside.clients.length),
      ...familyFaults(cluster, isMapping(written.cluster) ? written.cluster : {}),
      ...[...faults, ...outside.faults, ...clients.faults, ...internetFaults(cluster, internet)],
    ],
  }
}

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
