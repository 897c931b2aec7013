import {parseIp} from '../../../net/ip.ts'
import {dissect} from '../../../net/packet-dissect.ts'
import type {LinkType} from '../../../net/packet-file.ts'
import {readResolvConf} from '../../../node/pods/resolv-conf.ts'
import {modeIn, proxyConfigMap} from '../../../node/proxy/configuration.ts'
import {endpointChain, serviceChain} from '../../../node/proxy/names.ts'
import {nftName} from '../../../node/proxy/nftables/names.ts'
import type {ObjectOf} from '../../../objects/kinds.ts'
import {isReady} from '../../../objects/pod-status.ts'
import {type Capture, startCapture} from '../../capture.ts'
import {findNetworkOwner} from '../../find-network.ts'
import type {LabHandle} from '../../lab-handle.ts'
import type {RunningLab} from '../../running-labs.ts'
import {addressesIn} from './addresses-in.ts'
import {queriesOf} from './queries.ts'
import {type Sighting, sightingOf} from './sightings.ts'
import type {Lookup, Server} from './tell.ts'

/** A look-up that cannot be watched; the message says why. */
export class LookupError extends Error {
  override readonly name = 'LookupError'
}

type Pod = ObjectOf<'Pod'>

/**
 * Lets a pod look a name up while its packets and those of the DNS pods are captured. The programs are those of a container: a
 * resolver is a part of each program, and goes by the container's own /etc/resolv.conf.
 */
export async function watchLookup(
  running: RunningLab,
  lab: LabHandle,
  {pod, namespace, name, signal}: {pod: string; namespace: string; name: string; signal: AbortSignal},
): Promise<Lookup> {
  const client = (await lab.get({kind: 'Pod', namespace, name: pod})) as Pod | undefined
  if (!client) throw new LookupError(`there is no pod ${namespace}/${pod}`)
  const target = `${namespace}/pod/${pod}`
  const service = (await lab.get({kind: 'Service', namespace: 'kube-system', name: 'kube-dns'})) as
    | ObjectOf<'Service'>
    | undefined
  const pods = (await lab.list('Pod', {namespace: 'kube-system', selector: 'k8s-app=kube-dns'})) as readonly Pod[]
  const servers = pods.filter(isReady)
  const [text, hosts] = await Promise.all(
    ['/etc/resolv.conf', '/etc/hosts'].map(file => lab.exec(target, ['cat', file], {signal})),
  )
  const watched = [
    {place: pod, target},
    ...servers.map(({metadata}) => ({place: metadata.name, target: `kube-system/pod/${metadata.name}`})),
  ]
  const owners = await Promise.all(watched.map(one => findNetworkOwner(running, one.target)))
  const watches = watched.map(({place}, index) => watch(running, {place, owner: owners[index] ?? 0}))
  try {
    await Promise.all(watches.map(({begun}) => begun))
    const began = performance.now()
    const {command, stdout, code} = await lookUp(lab, {target, name, signal})
    const tookMs = performance.now() - began
    for (const {capture} of watches) capture.stop()
    const sightings = (await Promise.all(watches.map(({seen}) => seen))).flat().sort((a, b) => a.at - b.at)
    return {
      ...{client: pod, node: client.spec.nodeName ?? '?', command, name, code, tookMs},
      resolver: readResolvConf(text?.stdout ?? ''),
      hosts: namesIn(hosts?.stdout ?? ''),
      queries: queriesOf(pod, sightings),
      said: addressesIn(stdout),
      servers: await serversOf(lab, servers),
      service: service?.spec.clusterIP,
    }
  } finally {
    for (const {capture} of watches) capture.kill()
  }
}

/* What stands behind the addresses of an /etc/hosts. */
function namesIn(hosts: string): readonly string[] {
  const lines = hosts.split('\n').map(line => line.replace(/#.*/, '').trim().toLowerCase())
  return lines.flatMap(line => line.split(/\s+/).slice(1))
}

type Watch = {
  readonly capture: Capture
  readonly begun: Promise<void>
  readonly seen: Promise<readonly Sighting[]>
}

function watch(running: RunningLab, {place, owner}: {place: string; owner: number}): Watch {
  const capture = startCapture({owner, rootless: running.state.rootless})
  const begun = Promise.withResolvers<void>()
  const seen = see(capture, place, begun.resolve)
  capture.end.catch(begun.reject)
  return {capture, begun: begun.promise, seen}
}

async function see(capture: Capture, place: string, begun: () => void): Promise<readonly Sighting[]> {
  const links: LinkType[] = []
  const seen: Sighting[] = []
  for await (const blocks of capture.blocks) {
    begun()
    for (const block of blocks) {
      if (block.block === 'interface') links.push(block.linkType)
      if (block.block !== 'packet' || block.direction === undefined) continue
      const at = Number(block.at) / 1e6
      const sighting = sightingOf(dissect(block.bytes, links[block.interface]), {at, place, direction: block.direction})
      if (sighting) seen.push(sighting)
    }
  }
  await capture.end
  return seen
}

/* The C library's way, and that of images which have none. */
async function lookUp(lab: LabHandle, {target, name, signal}: {target: string; name: string; signal: AbortSignal}) {
  const options = {timeoutMs: longestMs, signal}
  const words = ['getent', 'ahosts', name]
  const first = await lab.exec(target, words, options)
  if (first.code !== 127) return {command: words.join(' '), ...first}
  const second = await lab.exec(target, ['nslookup', name], options)
  return {command: `nslookup ${name}`, ...second}
}

/** Resolvers give up after some ten seconds for each name that they try. */
const longestMs = 60_000

async function serversOf(lab: LabHandle, pods: readonly Pod[]): Promise<ReadonlyMap<string, Server>> {
  const configMap = (await lab.get({kind: 'ConfigMap', ...proxyConfigMap})) as ObjectOf<'ConfigMap'> | undefined
  const mode = modeIn(configMap)
  return new Map(
    pods.map(({metadata, spec, status}) => {
      const ip = status?.podIP ?? '?'
      const rules = rulesTo(mode, ip)
      return [metadata.name, {ip, node: spec.nodeName ?? '?', ...(rules && {rules})}]
    }),
  )
}

/* The names of what kube-proxy writes are worked out from the Service's; nobody has to read its rules for that. */
function rulesTo(mode: string, ip: string): string | undefined {
  const port = {name: 'kube-system/kube-dns:dns', protocol: 'udp'} as const
  const endpoint = {ip: parseIp(ip), port: 53, ready: true}
  switch (mode) {
    case 'iptables':
      return `${serviceChain('SVC', port)}, ${endpointChain(port, endpoint)}`
    case 'nftables':
      return `${nftName('service', port)}, ${nftName('endpoint', port, endpoint)}`
    default:
      return undefined
  }
}
