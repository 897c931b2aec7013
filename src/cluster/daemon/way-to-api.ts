import {readFileSync} from 'node:fs'
import {type Ip, ipNumber} from '../../net/ip.ts'
import type {AgentClient} from '../../node/client.ts'

/*
 * A node's agent lives in the lab's daemon, and would hear of the cluster though its node's cable is out. A real kubelet would not. So what
 * makes a node known as alive goes by its network: when eth0 is down, its address is gone or its port of the switch is, the Lease gets old and
 * pods that are deleted stay until somebody can say that they have ended. Nothing is sent to find this out: captures stay as they are.
 */

export type NodePlace = {
  /** The node's name, which its port of the switch has too. */
  readonly name: string
  /** The process that owns its namespaces. */
  readonly pid: number
  readonly apiServer: Ip
}

/** Whether a node's packets to the API server would leave it and arrive. */
export function hasWay({name, pid, apiServer}: NodePlace): boolean {
  return read(`/sys/class/net/${name}/carrier`) === '1\n' && leadsTo(read(`/proc/${pid}/net/route`), apiServer)
}

/** Whether one of the routes, as /proc/net/route has them, leads to an address. */
export function leadsTo(routes: string, ip: Ip): boolean {
  return routes.split('\n').some(line => {
    const [link, to = '', , flags = '', , , , mask = ''] = line.split(/\s+/)
    const isUp = (Number.parseInt(flags, 16) & 1) === 1
    return link === 'eth0' && isUp && (ipNumber(ip) & numberOf(mask)) >>> 0 === numberOf(to)
  })
}

/** The node's own client: without a way to the API server it is not heard. */
export function clientBy(client: AgentClient, place: NodePlace, until: Wait): AgentClient {
  const onlyWithWay = () => {
    if (!hasWay(place)) throw new Error(`${place.name} has no way to the API server at ${place.apiServer}`)
  }
  return {
    ...client,
    renewLease: async (node, time) => {
      onlyWithWay()
      await client.renewLease(node, time)
    },
    reportConditions: async (node, conditions) => {
      onlyWithWay()
      await client.reportConditions(node, conditions)
    },
    confirmDeletion: async pod => {
      while (!hasWay(place) && !until.signal.aborted) await until.after(lookEvery, until.signal)
      await client.confirmDeletion(pod)
    },
  }
}

type Wait = {
  readonly after: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}

/** How often it is looked whether the way is there again, in ms. */
const lookEvery = 1000

/* A node that is gone has no way anywhere. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/* The kernel writes an address as a number of the machine, whose first byte is the last of the text. */
function numberOf(hex: string): number {
  const bytes = hex.match(/../g) ?? []
  return Number.parseInt(bytes.toReversed().join(''), 16)
}
