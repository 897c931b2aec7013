import type {LabHandle} from '../../cluster/lab-handle.ts'
import {placeName} from '../../lab/targets.ts'
import type {Protocol} from '../../objects/container.ts'
import type {Pod} from '../../objects/pod.ts'
import type {Limits} from '../command.ts'
import {connectionFiles, listeningPorts} from '../connections.ts'

/** A port at which a pod is called. */
export type WantedPort = {readonly protocol: Protocol; readonly port: number}

/** The text is no port. */
export class PortError extends Error {
  override readonly name = 'PortError'
}

/** Reads `80`, `80/TCP`, `53/udp`; throws PortError. */
export function parsePort(text: string): WantedPort {
  const [, number = '', word = 'TCP'] = /^(\d{1,5})(?:\/(\w+))?$/.exec(text) ?? []
  const protocol = word.toUpperCase()
  const port = Number(number)
  if (number === '' || port < 1 || port > 65_535)
    throw new PortError(`"${text}" is no port; expected a number from 1 to 65535, alone or as 80/TCP, 53/UDP`)
  if (protocol === 'TCP' || protocol === 'UDP') return {port, protocol}
  throw new PortError(`"${text}" is a port of ${word}; podlab calls at TCP and UDP alone`)
}

export function printPort({port, protocol}: WantedPort): string {
  return `${port}/${protocol}`
}

/**
 * The ports of a pod that are worth a call: those that it declares, else those on which it listens, else 80, where nobody listens: a call that
 * is refused there has arrived, too. SCTP is left out, since Node does not speak it.
 */
export async function portsOf(
  pod: Pod,
  {lab, limits}: {readonly lab: LabHandle; readonly limits: Limits},
): Promise<readonly WantedPort[]> {
  const declared = pod.spec.containers
    .flatMap(({ports = []}) => ports)
    .map(({containerPort, protocol = 'TCP'}) => ({port: containerPort, protocol}))
  const spoken = declared.filter(({protocol}) => protocol !== 'SCTP')
  if (spoken.length > 0) return unique(spoken)
  const {signal, timeoutMs} = limits
  const place = placeName('pod', pod.metadata)
  const {code, stdout} = await lab.exec(place, ['cat', ...connectionFiles], {only: 'network', signal, timeoutMs})
  const listening = code === 0 ? listeningPorts(stdout) : []
  return (listening.length > 0 ? listening : [80]).map(port => ({port, protocol: 'TCP'}))
}

function unique(ports: readonly WantedPort[]): readonly WantedPort[] {
  return [...new Map(ports.map(port => [printPort(port), port])).values()]
}
