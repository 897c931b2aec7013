import type {Protocol} from '../../objects/container.ts'
import {serviceNameLabel} from '../../objects/endpoint-slice.ts'
import type {ObjectOf} from '../../objects/kinds.ts'
import type {DnsChange, DnsObject, DnsView} from '../view.ts'
import {canonicalAddress} from '../wire/address.ts'

/**
 * Everything of a cluster that names are made of, ready to be asked: each question costs a few look-ups in maps, and a change touches only
 * what the changed object stands for, however many Services there are.
 */
export type ClusterNames = {
  readonly synced: boolean
  /** Counts the changes, so that an answer which was made before one is known to be old. */
  readonly generation: number
  /** When names changed last, in seconds since 1970: the serial of the zone. */
  readonly serial: number
  namespace(name: string): Namespace | undefined
  service(namespace: string, name: string): NamedService | undefined
  endpoints(namespace: string, service: string): readonly SliceEntry[]
  /** Which services have a cluster address, each as `namespace/name`. */
  servicesAt(address: string): readonly NamedService[]
  /** Which slices have an endpoint there that is ready. */
  slicesAt(address: string): readonly SliceEntry[]
  podsAt(address: string): readonly NamedPod[]
}

type Namespace = ObjectOf<'Namespace'>

export type NamedService = {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** Set for a Service of type ExternalName alone. */
  readonly externalName?: string
  readonly headless: boolean
  readonly addresses: readonly string[]
  readonly ports: readonly NamedPort[]
}

/** A Service without ports has one of number -1, which gives it addresses but no SRV record. */
export type NamedPort = {readonly name: string; readonly protocol: string; readonly port: number}

export type SliceEntry = {
  readonly namespace: string
  readonly service: string
  readonly labels: Readonly<Record<string, string>>
  readonly addresses: readonly NamedAddress[]
  readonly ports: readonly NamedPort[]
}

export type NamedAddress = {readonly address: string; readonly hostname?: string; readonly podName?: string}

export type NamedPod = {readonly namespace: string; readonly name: string; readonly address: string}

/** Reads a view, and follows it until `close`. `onChange` is told after each change has been read. */
export function clusterNames(
  view: DnsView,
  {now, onChange = () => undefined}: {readonly now: () => number; readonly onChange?: (change: DnsChange) => void},
): ClusterNames & {close(): void} {
  const namespaces = shelf<Namespace>(() => [])
  const services = shelf<NamedService>(({addresses}) => addresses)
  const slicesByAddress = shelf<SliceEntry>(({addresses}) => addresses.map(({address}) => address))
  const slicesByOwner = shelf<SliceEntry>(({namespace, service}) => [`${namespace}/${service}`])
  const pods = shelf<NamedPod>(({address}) => [address])
  let generation = 0
  let serial = 0

  const put = (object: DnsObject, gone: boolean) => {
    const {namespace = '', name} = object.metadata
    const path = `${namespace}/${name}`
    switch (object.kind) {
      case 'Namespace':
        return namespaces.put(name, gone ? undefined : object)
      case 'Service':
        return services.put(path, gone ? undefined : namedService(object))
      case 'EndpointSlice': {
        const entry = gone ? undefined : sliceEntry(object)
        slicesByAddress.put(path, entry)
        return slicesByOwner.put(path, entry)
      }
      case 'Pod':
        return pods.put(path, gone ? undefined : namedPod(object))
    }
  }

  for (const kind of ['Namespace', 'Service', 'EndpointSlice', 'Pod'] as const)
    for (const object of view.all(kind)) put(object, false)
  const close = view.subscribe(change => {
    put(change.object, change.type === 'DELETED')
    generation += 1
    serial = Math.floor(now() / 1000)
    onChange(change)
  })
  return {
    get synced() {
      return view.synced
    },
    get generation() {
      return generation
    },
    get serial() {
      return serial
    },
    namespace: name => namespaces.get(name),
    service: (namespace, name) => services.get(`${namespace}/${name}`),
    endpoints: (namespace, service) => slicesByOwner.at(`${namespace}/${service}`),
    servicesAt: services.at,
    slicesAt: slicesByAddress.at,
    podsAt: pods.at,
    close,
  }
}

function namedService({metadata, spec}: ObjectOf<'Service'>): NamedService {
  const {clusterIP = '', clusterIPs, externalName = '', type, ports = []} = spec
  const headless = clusterIP === 'None' || clusterIPs?.[0] === 'None'
  const addresses = headless ? [] : (clusterIPs ?? [clusterIP]).filter(address => address !== '').map(canonical)
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    labels: metadata.labels ?? {},
    ...(type === 'ExternalName' && {externalName}),
    headless,
    addresses,
    ports: portsOf(ports),
  }
}

function portsOf(
  ports: readonly {readonly name?: string; readonly protocol?: Protocol; readonly port?: number}[],
): readonly NamedPort[] {
  if (ports.length === 0) return [{name: '', protocol: '', port: -1}]
  return ports.map(({name = '', protocol = '', port = -1}) => ({
    name: name.toLowerCase(),
    protocol: protocol.toLowerCase(),
    port,
  }))
}

/* Only endpoints that are ready have names; with `publishNotReadyAddresses` the slice says that they are. */
function sliceEntry(slice: ObjectOf<'EndpointSlice'>): SliceEntry | undefined {
  const service = slice.metadata.labels?.[serviceNameLabel]
  if (service === undefined) return undefined
  const ready = (slice.endpoints ?? []).filter(({conditions}) => conditions?.ready !== false)
  return {
    namespace: slice.metadata.namespace ?? '',
    service,
    labels: slice.metadata.labels ?? {},
    addresses: ready.flatMap(({addresses, hostname, targetRef}) =>
      addresses.map(address => ({
        address: canonical(address),
        ...(hostname !== undefined && {hostname}),
        ...(targetRef?.name !== undefined && targetRef.name.length < 64 && {podName: targetRef.name}),
      })),
    ),
    ports: portsOf(slice.ports ?? []),
  }
}

function canonical(address: string): string {
  return canonicalAddress(address) ?? address
}

function namedPod({metadata, status}: ObjectOf<'Pod'>): NamedPod | undefined {
  const {podIP} = status ?? {}
  if (podIP === undefined) return undefined
  return {namespace: metadata.namespace ?? '', name: metadata.name, address: canonical(podIP)}
}

/* Things by their paths, and by the words that `wordsOf` reads in them. */
function shelf<T>(wordsOf: (thing: T) => readonly string[]) {
  const things = new Map<string, T>()
  const byWord = new Map<string, Map<string, T>>()
  const forget = (path: string, word: string) => {
    const there = byWord.get(word)
    there?.delete(path)
    if (there?.size === 0) byWord.delete(word)
  }
  return {
    get: (path: string) => things.get(path),
    at: (word: string): readonly T[] => [...(byWord.get(word)?.values() ?? [])],
    put: (path: string, thing: T | undefined): void => {
      const before = things.get(path)
      if (before !== undefined) for (const word of wordsOf(before)) forget(path, word)
      things.delete(path)
      if (thing === undefined) return
      things.set(path, thing)
      for (const word of wordsOf(thing)) byWord.set(word, (byWord.get(word) ?? new Map<string, T>()).set(path, thing))
    },
  }
}
