import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {target} from '../../lab/step-schema.ts'
import {placeName} from '../../lab/targets.ts'
import type {Pod} from '../../objects/pod.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {isMissing, type Limits, runFirst, typed} from '../command.ts'
import {connectionFiles, peersOf} from '../connections.ts'
import {NotThereError, placeOf, podsOf} from '../places.ts'

const form = parameters({
  from: target.describe('The pod that asks'),
  to: target.describe('The pods that answer: pod/NAME, or all with pod/LABEL=VALUE'),
  port: z.int().min(1).max(65535).describe('A TCP port on which they listen'),
  acrossNodes: z
    .boolean()
    .default(false)
    .describe('At least one of them must be on another node than the one that asks'),
})

type Parameters = z.infer<typeof form>

/**
 * No NAT between pods: the address from which a server sees a client come is the client pod's own. The evidence is the
 * server's: its kernel's list of connections, while the client holds one open.
 */
export const sourceAddress: Check<Parameters> = {
  summary: "The server sees the client pod's own address",
  parameters: form,
  targets: ['from', 'to'],
  again: 'after a pause',
  expected: ({from, to}) => `every pod of ${to} sees the address of ${from}`,
  look: askAll,
}

async function askAll(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const [client] = await podsOf(await placeOf(wanted.from, lab), lab)
  const servers = await podsOf(wanted.to, lab)
  const address = client?.status?.podIP
  const [first] = servers
  if (client === undefined || address === undefined) throw new NotThereError(`${wanted.from} is not ready`)
  if (first === undefined) throw new NotThereError(`no pod of ${wanted.to} is ready`)
  const crossed = !wanted.acrossNodes || servers.some(server => server.spec.nodeName !== client.spec.nodeName)
  const calls = servers.map(server => ({lab, limits, client, server, port: wanted.port}))
  const sightings = await Promise.all(calls.map(sight))
  const also = wanted.acrossNodes ? 'also across nodes, ' : ''
  return {
    holds: crossed && sightings.every(({seen}) => seen === address),
    expected: `${also}every pod of ${wanted.to} sees ${address} (${client.metadata.name} on ${client.spec.nodeName})`,
    seen: [...sightings.map(({text}) => text), ...(crossed ? [] : ['none of them is on another node'])].join('; '),
    command: `${typed(lab, placeOfPod(client), holdOpen(first, wanted.port, 5))} & ${typed(lab, placeOfPod(first), readConnections)}`,
  }
}

type Call = {
  readonly lab: LabHandle
  readonly limits: Limits
  readonly client: Pod
  readonly server: Pod
  readonly port: number
}

const readConnections = ['cat', ...connectionFiles]

/** Opens a connection and holds it for some seconds: busybox' nc runs the program once the connection is open. */
function holdOpen(server: Pod, port: number, seconds: number): readonly string[] {
  return ['busybox', 'nc', '-w', '2', `${server.status?.podIP}`, `${port}`, '-e', 'sleep', `${seconds}`]
}

/** Whom a server sees while the client is connected to it. */
async function sight(call: Call): Promise<{readonly seen?: string; readonly text: string}> {
  const {lab, limits, client, server, port} = call
  const name = `${server.metadata.name} on ${server.spec.nodeName}`
  const before = new Set(await peersAt(call))
  const hangUp = new AbortController()
  const signal = AbortSignal.any([limits.signal, hangUp.signal])
  const ended = runFirst(lab, placeOfPod(client), [holdOpen(server, port, 0.5)], {
    timeoutMs: limits.timeoutMs,
    signal,
  }).catch(error => {
    if (!hangUp.signal.aborted) throw error
    return undefined
  })
  try {
    const seen = await firstNewPeer(call, {before, ended})
    if (seen !== undefined) return {seen, text: `${name} sees ${seen}`}
    const result = await ended
    if (result !== undefined && isMissing(result)) throw new NotThereError(result.stderr)
    return {
      text: `${name} sees nobody${result?.code === 0 ? '' : ` (${result?.stderr.trim() || `code ${result?.code}`})`}`,
    }
  } finally {
    hangUp.abort()
    await ended
  }
}

/** Looks at the server's connections until a new one is there, or the client has hung up. */
async function firstNewPeer(
  call: Call,
  {before, ended}: {readonly before: ReadonlySet<string>; readonly ended: Promise<unknown>},
): Promise<string | undefined> {
  const {time, signal} = call.limits
  const over = {yet: false}
  const end = ended.then(() => {
    over.yet = true
  })
  for (let pause = 10; ; pause = Math.min(pause * 2, 200)) {
    const last = over.yet
    const fresh = (await peersAt(call)).filter(peer => !before.has(peer)).map(peer => peer.slice(0, peer.indexOf(':')))
    const own = call.client.status?.podIP
    if (fresh.length > 0) return own !== undefined && fresh.includes(own) ? own : fresh[0]
    if (last) return undefined
    await Promise.race([end, time.pause(pause, signal)])
  }
}

/** The peers of the server's port, as `ADDRESS:PORT`. */
async function peersAt({lab, limits, server, port}: Call): Promise<readonly string[]> {
  const {code, stdout, stderr} = await lab.exec(placeOfPod(server), readConnections, {
    only: 'network',
    timeoutMs: limits.timeoutMs,
    signal: limits.signal,
  })
  if (code !== 0) throw new NotThereError(`${placeOfPod(server)} does not show its connections: ${stderr.trim()}`)
  return peersOf(stdout, port).map(peer => `${peer.address}:${peer.port}`)
}

function placeOfPod(pod: Pod): string {
  return placeName('pod', pod.metadata)
}
