import type {Cidr} from '../../net/cidr.ts'
import {parseCidr} from '../../net/cidr.ts'
import {leasesOf} from '../../node/overlay/leases.ts'
import {annotationsOf, leaseAnnotations} from '../../node/overlay/node-leases.ts'
import type {Node} from '../../objects/node.ts'
import {ApiRefusal, type Connection} from '../api-client/connection.ts'
import {type After, persist} from '../api-client/persist.ts'
import {nodeObject} from '../node-objects.ts'
import type {JoinOptions} from './options.ts'

export type Registering = {readonly after: After; readonly signal: AbortSignal; readonly now: () => string}

/**
 * Makes the node known to the cluster, as a kubelet does: its Node, unless there is one, and what it reports of itself; and its lease, as
 * flannel does, unless it has one. Waits for an API server that is away, and for somebody to give the node its part of the pod network, where
 * it does not bring one.
 */
export async function registerNode(connection: Connection, options: JoinOptions, until: Registering): Promise<void> {
  const path = `/api/v1/nodes/${options.name}`
  const patch = (body: object, part = '') =>
    persist(
      () => connection.call({method: 'PATCH', path: `${path}${part}`, type: 'application/merge-patch+json', body}),
      until,
    )
  const found = await persist(() => findOrCreate(connection, options, until.now()), until)
  const {status} = ownNode(options, found.spec.podCIDR as Cidr | undefined, until.now())
  const {conditions: _, ...reported} = status ?? {}
  await patch({status: reported}, '/status')
  if (found.spec.podCIDR === undefined && options.podSubnet !== undefined)
    await patch({spec: {podCIDR: options.podSubnet, podCIDRs: [options.podSubnet]}})
  const subnet = await podSubnet(connection, path, until)
  if (found.metadata.annotations?.[leaseAnnotations.publicIp] !== options.address)
    await patch({metadata: {annotations: leaseOf(options, subnet)}})
}

async function findOrCreate(connection: Connection, options: JoinOptions, now: string): Promise<Node> {
  const path = '/api/v1/nodes'
  try {
    return await connection.call({method: 'GET', path: `${path}/${options.name}`})
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.status !== 404) throw error
  }
  return connection.call({method: 'POST', path, body: ownNode(options, options.podSubnet, now)})
}

function ownNode(options: JoinOptions, subnet: Cidr | undefined, now: string): Node {
  const {name, address} = options
  const annotations = subnet === undefined ? {} : leaseOf(options, subnet)
  const node = nodeObject({name, address, podSubnet: subnet ?? parseCidr('0.0.0.0/0')}, annotations, now)
  return subnet === undefined ? {...node, spec: {}} : node
}

function leaseOf({name, address, podNetwork, overlay}: JoinOptions, subnet: Cidr): Readonly<Record<string, string>> {
  const [lease] = leasesOf(podNetwork, [{node: name, publicIp: address, subnet}])
  return lease ? annotationsOf(lease, overlay) : {}
}

/* The controller that gives nodes their subnets may take its time. */
async function podSubnet(connection: Connection, path: string, {after, signal}: Registering): Promise<Cidr> {
  while (true) {
    signal.throwIfAborted()
    const {spec}: Node = await persist(() => connection.call({method: 'GET', path}), {after, signal})
    if (spec.podCIDR !== undefined) return parseCidr(spec.podCIDR)
    await after(lookEvery, signal)
  }
}

/** How often it is looked whether the node has a part of the pod network, in ms. */
const lookEvery = 1000
