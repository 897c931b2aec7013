import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {mapping} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Check, Verdict} from '../check.ts'
import {type Limits, limits, runFirst, typed} from '../command.ts'
import {connectionFiles, peersOf} from '../connections.ts'
import {commandsFor} from '../destination.ts'
import {within} from '../duration.ts'
import {NotThereError, placeOf, podsOf} from '../places.ts'
import {tryUntil} from '../until.ts'

const parameters = mapping({
  from: target.describe('The pod that asks'),
  to: target.describe('The pods that answer: pod/NAME, or all with pod/LABEL=VALUE'),
  port: z.int().min(1).max(65535).describe('Where they answer HTTP'),
  acrossNodes: z
    .boolean()
    .default(false)
    .describe('At least one of them must be on another node than the one that asks'),
  within: within('10s'),
})

type Parameters = z.infer<typeof parameters>

/**
 * No NAT between pods: the address from which a server sees a request come is the client pod's own. The evidence is the
 * server's: its kernel's list of connections, before and after the request.
 */
export const sourceAddress: Check<Parameters> = {
  summary: "The server sees the client pod's own address",
  parameters,
  targets: ['from', 'to'],
  run: (wanted, lab, during) =>
    tryUntil(remaining => askAll(wanted, lab, limits(remaining, during.signal)), {
      ...during,
      within: wanted.within,
      expected: `every pod of ${wanted.to} sees the address of ${wanted.from}`,
    }),
}

async function askAll(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Verdict> {
  const [client] = await podsOf(await placeOf(wanted.from, lab), lab)
  const servers = await podsOf(wanted.to, lab)
  const address = client?.status?.podIP
  if (client === undefined || address === undefined) throw new NotThereError(`${wanted.from} is not ready`)
  if (servers.length === 0) throw new NotThereError(`no pod of ${wanted.to} is ready`)
  const far = servers.filter(server => server.spec.nodeName !== client.spec.nodeName)
  const sightings = await Promise.all(servers.map(server => look(server, {client, port: wanted.port, lab, limits})))
  const crossed = !wanted.acrossNodes || far.length > 0
  return {
    pass: crossed && sightings.every(({seen}) => seen === address),
    expected: `${wanted.acrossNodes ? 'also across nodes, ' : ''}every pod of ${wanted.to} sees ${address} (${client.metadata.name} on ${client.spec.nodeName})`,
    seen: [...sightings.map(({text}) => text), ...(crossed ? [] : ['none of them is on another node'])].join('; '),
    command: typed(`pod/${servers[0]?.metadata.name}`, ['cat', ...connectionFiles]),
  }
}

type Look = {readonly client: Pod; readonly port: number; readonly lab: LabHandle; readonly limits: Limits}

async function look(
  server: Pod,
  {client, port, lab, limits}: Look,
): Promise<{readonly seen?: string; readonly text: string}> {
  const name = `${server.metadata.name} on ${server.spec.nodeName}`
  const peers = async () => {
    const {stdout} = await lab.exec(`pod/${server.metadata.name}`, ['cat', ...connectionFiles], limits)
    return peersOf(stdout, port).map(peer => `${peer.address}:${peer.port}`)
  }
  const before = new Set(await peers())
  const url = `http://${server.status?.podIP}:${port}`
  const {code, stderr} = await runFirst(lab, `pod/${client.metadata.name}`, commandsFor({kind: 'http', url}), limits)
  if (code !== 0) return {text: `${name} does not answer (${stderr.trim() || `code ${code}`})`}
  const fresh = (await peers()).filter(peer => !before.has(peer)).map(peer => peer.slice(0, peer.indexOf(':')))
  const own = client.status?.podIP
  const seen = own !== undefined && fresh.includes(own) ? own : fresh[0]
  return seen === undefined ? {text: `${name} has no trace of the request`} : {seen, text: `${name} sees ${seen}`}
}
