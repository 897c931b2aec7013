import {randomUUID} from 'node:crypto'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import type {Logger} from 'pino'
import {controllers} from '../../controllers/index.ts'
import {type Running, runControllers} from '../../controllers/runner.ts'
import {toolMissing} from '../../kernel/failure.ts'
import type {Kernel} from '../../kernel/kernel.ts'
import {linuxKernel} from '../../kernel/linux.ts'
import type {Op} from '../../kernel/op.ts'
import {splitChange} from '../../kernel/rules/iptables.ts'
import type {Lab} from '../../lab/lab.ts'
import {type Agent, startAgent} from '../../node/agent.ts'
import {createDaemons} from '../../node/daemons.ts'
import {proxyModes} from '../../node/proxy/index.ts'
import {type Runtime, RuntimeError, startRuntime} from '../../node/runtime/runtime.ts'
import type {KubeObjectAny} from '../../objects/kinds.ts'
import {bootstrapObjects} from '../../store/bootstrap.ts'
import {memoryStore} from '../../store/memory.ts'
import {type Registry, registry} from '../../store/registry.ts'
import type {Store} from '../../store/store.ts'
import {storeClient} from '../store-client.ts'
import {canOpenTun} from '../tun.ts'
import {machinePlan, underlayMtu, underlayNetns} from '../underlay.ts'
import {after, timestamp} from './clock.ts'
import {type Machines, makeMachines} from './machines.ts'
import {nodeObjects} from './node-objects.ts'

/** A lab's cluster: the API's store with its controllers, and the nodes with their agents. */
export type Cluster = {
  readonly store: Store
  readonly registry: Registry
  readonly controllers: Running
  readonly agents: readonly Agent[]
  /** The processes that own the clients' namespaces, by name. */
  readonly clients: Machines['clients']
}

/** Makes the cluster of a lab; its objects are applied and its nodes' networks stand when this resolves. Pods follow. */
export async function createCluster({
  lab,
  rootless,
  log,
  signal,
  died,
}: {
  lab: Lab
  rootless: boolean
  log: Logger
  signal: AbortSignal
  /** Hears that the runtime is gone, and with it all that could change the lab. */
  died: (error: Error) => void
}): Promise<Cluster> {
  const agents: Agent[] = []
  const exited = (id: string, code: number) => {
    for (const agent of agents) agent.exited(id, code)
  }
  const starting = startRuntime({exited, died})
  const store = memoryStore({clock: Date.now, uid: randomUUID})
  const {serviceRange, podNetwork, proxyMode} = lab.cluster
  const objects = registry({store, serviceRange, now: Date.now, random: Math.random})
  objects.apply(bootstrapObjects(serviceRange))
  for (const node of nodeObjects(lab, timestamp()))
    store.update({...objects.create(node), ...(node.status && {status: node.status})})
  const running = runControllers({store, controllers, signal, now: Date.now, random: Math.random, log})
  objects.apply(lab.manifests as readonly KubeObjectAny[])

  const runtime = await starting
  const daemons = createDaemons()
  const kernel = kernelOf(runtime, rootless)
  const machines = await makeMachines({lab, kernel, runtime})
  agents.push(
    ...(await Promise.all(
      lab.nodes.map((node, index) =>
        startAgent({
          name: node.name,
          pid: machines.nodes[index] ?? 0,
          client: storeClient(store),
          kernel,
          runtime,
          proxyMode: proxyModes[proxyMode],
          podNetwork,
          serviceRange,
          underlay: {link: 'eth0', mtu: underlayMtu, ...(canOpenTun(process.env) ? {} : {standIn: underlayNetns})},
          daemons,
          machine: machinePlan(lab.cluster, node, [...lab.nodes, ...lab.clients]),
          writeFile: (path, text) => writeInside(machines.nodes[index] ?? 0, path, text),
          readFile: path => readInside(machines.nodes[index] ?? 0, path),
          now: timestamp,
          after,
          signal,
          log,
        }),
      ),
    )),
  )
  return {store, registry: objects, controllers: running, agents, clients: machines.clients}
}

/*
 * Namespaces are made by the runtime, with a process that owns them; the kernel's tools run there too. Without root a netlink
 * socket's send buffer cannot be raised, so that iptables-restore fails on large changes ("Message too long"): they go in steps,
 * each of which leaves rules that work.
 */
function kernelOf(runtime: Runtime, rootless: boolean): Kernel {
  const kernel = linuxKernel({
    run: ({netns, argv, input = ''}) =>
      runtime.run({netns, argv, input}).catch((error: unknown) => {
        throw error instanceof RuntimeError && error.kind === 'ToolMissingError' ? toolMissing(argv[0], netns) : error
      }),
    namespaces: {
      create: async netns => void (await runtime.hold({netns, hostname: netns, as: 'pod'})),
      remove: netns => runtime.release(netns),
    },
  })
  return rootless ? {...kernel, apply: (netns, ops) => kernel.apply(netns, ops.flatMap(inSteps))} : kernel
}

function inSteps(op: Op): readonly Op[] {
  return op.op === 'changeRules' ? splitChange(op.change).map(change => ({op: 'changeRules', change})) : [op]
}

/* Through the root of a process that lives in the node. */
function writeInside(pid: number, path: string, text: string): void {
  const inside = `/proc/${pid}/root${path}`
  mkdirSync(dirname(inside), {recursive: true})
  writeFileSync(inside, text)
}

function readInside(pid: number, path: string): string {
  const inside = `/proc/${pid}/root${path}`
  return existsSync(inside) ? readFileSync(inside, 'utf8') : ''
}
