import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname} from 'node:path'
import type {Worker} from 'node:worker_threads'
import type {Logger} from 'pino'
import {controllers} from '../../controllers/index.ts'
import {loadBalancers} from '../../controllers/load-balancers.ts'
import {rootCertificates} from '../../controllers/namespace-content.ts'
import {unknownConditions} from '../../controllers/nodes/health.ts'
import {type Running, runControllers} from '../../controllers/runner.ts'
import type {Image} from '../../images/image.ts'
import type {Lab, NodeConfig} from '../../lab/lab.ts'
import {parseIp} from '../../net/ip.ts'
import {type Agent, type AgentContext, startAgent} from '../../node/agent.ts'
import type {AgentClient} from '../../node/client.ts'
import {createDaemons} from '../../node/daemons.ts'
import {proxyConfigMapOf} from '../../node/proxy/configuration.ts'
import {layout} from '../../node/runtime/layout.ts'
import {ownImages} from '../../node/runtime/own-root/own-images.ts'
import {type Runtime, startRuntime} from '../../node/runtime/runtime.ts'
import type {Streams} from '../../node/runtime/streams.ts'
import type {KubeObjectAny} from '../../objects/kinds.ts'
import type {KubeObject} from '../../objects/kube-object.ts'
import {type ApiServerPlace, bootstrapObjects} from '../../store/bootstrap.ts'
import {type Registry, registry} from '../../store/registry.ts'
import type {Store} from '../../store/store.ts'
import {type ApiAccess, apiServerPlace} from '../api-access.ts'
import {type Chronicle, createChronicle, writing} from '../chronicle.ts'
import {after, timestamp} from '../clock.ts'
import {dnsServers, dnsService} from '../dns/objects.ts'
import type {Outside} from '../dns/outside.ts'
import {tellNames} from '../dns/tell-names.ts'
import {serveUpstream} from '../dns/upstream-server.ts'
import {nodeObjects} from '../node-objects.ts'
import {proxyConfiguration} from '../proxy-configuration.ts'
import {storeClient} from '../store-client.ts'
import {canOpenTun} from '../tun.ts'
import {machinePlan, underlayMtu, underlayNetns} from '../underlay.ts'
import {type Announcer, startAnnouncer} from './announcer.ts'
import {kernelOf} from './kernel-of.ts'
import {type Machines, makeMachines} from './machines.ts'
import {noOutsiders, type Outsiders} from './outsiders.ts'
import type {OutsiderContext} from './start-outsiders.ts'
import {tokenIssuer} from './token-issuer.ts'
import {clientBy} from './way-to-api.ts'

/** A lab's cluster: the API's store with its controllers, and the nodes with their agents. */
export type Cluster = {
  readonly store: Store
  readonly registry: Registry
  readonly controllers: Running
  /** What has happened lately, and by whom. */
  readonly chronicle: Chronicle
  readonly agents: readonly Agent[]
  /** The processes that own the clients' namespaces, by name. */
  readonly clients: Machines['clients']
  readonly outsiders: Outsiders
  readonly readLog: Runtime['log']
  /** Where the API server listens inside the cluster. */
  readonly apiServer: ApiServerPlace
  readonly streams: Streams
  readonly announcer?: Announcer
}

/* A learner sees no difference; a hundred pods that come up at once are looked at a dozen times, not a hundred. */
const gathering = 10

/** Makes the cluster of a lab; its objects are applied and its nodes' networks stand when this resolves. Pods follow. */
export async function createCluster({
  lab,
  store: kept,
  resumed,
  rootless,
  access,
  outside,
  log,
  signal,
  thread,
  died,
}: {
  lab: Lab
  store: Store
  /** The store holds the cluster's objects, as they were when it ended. */
  resumed: boolean
  rootless: boolean
  /** The lab's authority, which signs certificates and the tokens of service accounts. */
  access: ApiAccess
  /** The way to DNS servers outside the lab. */
  outside?: Outside
  log: Logger
  signal: AbortSignal
  /** The runtime's. */
  thread: Worker
  /** Hears that the runtime is gone, and with it all that could change the lab. */
  died: (error: Error) => void
}): Promise<Cluster> {
  const agents: Agent[] = []
  let outsiders = noOutsiders
  const exited = (id: string, code: number) => {
    for (const agent of agents) agent.exited(id, code)
    outsiders.exited(id, code)
  }
  const starting = startRuntime({exited, died, thread})
  const unpacking = ownImages(lab.images, {home: layout.roots, signal})
  const chronicle = createChronicle(() => performance.timeOrigin + performance.now())
  const store = chronicle.noting(kept)
  const {serviceRange, loadBalancers: pool, ipv6} = lab.cluster
  const serviceRange6 = ipv6?.serviceRange
  const pools = [pool, ipv6?.loadBalancers].filter(one => one !== undefined)
  const objects = registry({store, serviceRange, serviceRange6, now: Date.now, random: Math.random})
  const apiServer = apiServerPlace(lab)
  chronicle.by({is: 'podlab', doing: 'set the cluster up'}, () => {
    objects.apply(bootstrapObjects(serviceRange, apiServer))
    const own = [...nodeObjects(lab, timestamp()), proxyConfigMapOf(proxyConfiguration(lab))]
    objects.apply(own.filter(object => !resumed || !store.get(object.kind, object.metadata)))
    if (!resumed) objects.apply(ownless(dnsService(lab), lab))
  })
  const running = runControllers({
    ...{store, signal, now: Date.now, random: Math.random, log, gathering},
    controllers: [
      ...controllers,
      rootCertificates(access.certificates.authority),
      ...(pools.length > 0 ? [loadBalancers(...pools)] : []),
    ],
    as: (name, act) => chronicle.by({is: 'controller', name}, act),
  })
  if (resumed) giveUpOutsiders(lab, store)
  if (!resumed)
    chronicle.by({is: 'podlab', doing: 'applied it from the lab file'}, () => {
      objects.apply(lab.manifests as readonly KubeObjectAny[])
    })
  if (!resumed)
    chronicle.by({is: 'podlab', doing: 'set the cluster up'}, () => objects.apply(ownless(dnsServers(lab), lab)))

  const [runtime, unpacked] = await Promise.all([starting, unpacking])
  const images = await readyImages(lab, unpacked)
  const kernel = kernelOf(runtime, rootless)
  const machines = await makeMachines({lab, kernel, runtime, writeFile: writeInside})
  serveUpstream(lab, log, outside)
  const issuer = tokenIssuer(store, access.authorityKey)
  const clientOf = (node: string) =>
    storeClient(
      writing(store, act => chronicle.by({is: 'kubelet', node}, act)),
      issuer,
    )
  if (lab.cluster.dns) tellNames({client: clientOf(''), after, signal, log})
  const common = {kernel, runtime, images, signal, log}
  agents.push(...(await startAgents({lab, machines, apiServer, clientOf, chronicle, common})))
  if (lab.nodes.some(({outside}) => outside)) outsiders = await startOutsiders({lab, access, machines, runtime, log})
  return {
    store,
    registry: objects,
    controllers: running,
    chronicle,
    agents,
    clients: machines.clients,
    outsiders,
    readLog: question => outsiders.readLog(question) ?? runtime.log(question),
    apiServer,
    streams: runtime.streams,
    ...(pools.length > 0 && {announcer: startAnnouncer({pools, lab, store, kernel, signal, log})}),
  }
}

/* Few labs run a real CoreDNS. */
async function readyImages({cluster}: Lab, images: readonly Image[]): Promise<readonly Image[]> {
  if (cluster.dns?.server !== 'coredns') return images
  return (await import('../dns/with-libraries.ts')).withLibraries(images, layout.roots)
}

/* What a lab brings itself is as the lab has it. */
function ownless(objects: readonly KubeObjectAny[], {manifests}: Lab): readonly KubeObjectAny[] {
  const keyOf = ({kind, metadata: {namespace, name}}: KubeObject) => `${kind} ${namespace}/${name}`
  const own = new Set(manifests.map(keyOf))
  return objects.filter(object => !own.has(keyOf(object)))
}

/* Most labs have none, and do not wait for what they need. */
async function startOutsiders(context: OutsiderContext): Promise<Outsiders> {
  const {outsidersOf} = await import('./start-outsiders.ts')
  const outsiders = outsidersOf(context)
  await Promise.all([...outsiders.pids.keys()].map(outsiders.start))
  return outsiders
}

/* A lab that is resumed does not know whether they are there; they say so themselves. */
function giveUpOutsiders({nodes}: Lab, store: Store): void {
  for (const {name} of nodes.filter(({outside}) => outside)) {
    const node = store.get('Node', {name})
    if (node) store.update({...node, status: {...node.status, conditions: unknownConditions(node, Date.now())}})
  }
}

type Common = Pick<AgentContext, 'kernel' | 'runtime' | 'images' | 'signal' | 'log'>

type Starting = {
  readonly lab: Lab
  readonly machines: Machines
  readonly apiServer: ApiServerPlace
  /** A node's way to the API. */
  readonly clientOf: (node: string) => AgentClient
  readonly chronicle: Chronicle
  readonly common: Common
}

/* An agent for every node; what they share is made once. */
function startAgents({lab, machines, apiServer, clientOf, chronicle, common}: Starting): Promise<Agent[]> {
  const {serviceRange, podNetwork, ipv6} = lab.cluster
  const daemons = createDaemons()
  const standIn = canOpenTun(process.env) ? {} : {standIn: underlayNetns}
  const agentOf = (node: NodeConfig, pid: number) =>
    startAgent({
      ...common,
      client: clientBy(
        clientOf(node.name),
        {name: node.name, pid, apiServer: parseIp(apiServer.ip)},
        {...common, after},
      ),
      programmed: news => chronicle.programmed({...news, node: node.name}),
      name: node.name,
      pid,
      podNetwork,
      serviceRange,
      ...(ipv6 && {ipv6}),
      underlay: {link: 'eth0', mtu: underlayMtu, ...standIn},
      daemons,
      machine: machinePlan(lab.cluster, node, [...lab.nodes, ...lab.clients]),
      writeFile: (path, text) => writeInside(pid, path, text),
      readFile: path => readInside(pid, path),
      now: timestamp,
      time: () => performance.timeOrigin + performance.now(),
      elapsed: () => performance.now(),
      after,
    })
  const places = lab.nodes.map((node, index) => ({node, pid: machines.nodes[index] ?? 0}))
  return Promise.all(places.filter(({node}) => !node.outside).map(({node, pid}) => agentOf(node, pid)))
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
