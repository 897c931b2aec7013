import {z} from 'zod'
import type {Outcome} from '../../cluster/dial.ts'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {callTimeout, type Limits, typed} from '../command.ts'
import {callOf, checkPort} from '../destination.ts'
import {fillAddresses, placeOf} from '../places.ts'
import {programFor} from '../reach/closer.ts'

const form = parameters({
  from: target,
  to: checked(checkPort, '10.98.237.175:80').describe(
    'HOST:PORT or http://HOST:PORT; HOST is an address or {service/NAME}, {pod/NAME}',
  ),
  with: z
    .enum(['reset', 'icmp'])
    .optional()
    .describe(
      'reset: the host is there, nobody listens; icmp: a rule rejects (port unreachable). Either when left out',
    ),
})

type Parameters = z.infer<typeof form>

/** A connection is refused at once, which is another thing than no answer, no way, or a connection that is cut. */
export const refuses: Check<Parameters> = {
  summary: 'A connection is refused, not left without an answer',
  parameters: form,
  targets: ['from'],
  again: 'after a pause',
  expected: wanted => expectation(wanted, wanted.to),
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.from, lab)
  const to = await fillAddresses(wanted.to, lab)
  const written = callOf(to)
  if (written.kind === 'ping') throw new Error(`${to} has no port`)
  const call = {kind: 'tcp', host: written.host, port: written.port} as const
  const [outcome] = await lab.dial(place, [call], {
    signal: limits.signal,
    timeoutMs: callTimeout(limits),
    lingerMs: 100,
  })
  if (outcome === undefined) throw new Error('a call without an outcome')
  return {
    holds: outcome.came === 'refused' && (wanted.with === undefined || wanted.with === wayOf(outcome)),
    expected: expectation(wanted, to),
    seen: describe(outcome),
    command: typed(lab, place, programFor(call)),
  }
}

function wayOf({icmp}: Outcome): 'reset' | 'icmp' {
  return icmp === true ? 'icmp' : 'reset'
}

function describe(outcome: Outcome): string {
  const time = `after ${outcome.milliseconds.toFixed(1)} ms`
  switch (outcome.came) {
    case 'answered':
      return `the connection opened, ${time}`
    case 'refused':
      return wayOf(outcome) === 'icmp'
        ? `refused ${time}: an ICMP port unreachable came back`
        : `refused ${time}: a TCP reset came back`
    case 'unreachable':
      return `unreachable ${time}: ${outcome.said} (no route, no neighbour, or an ICMP unreachable)`
    case 'reset':
      return `reset ${time}: ${outcome.said}`
    case 'timeout':
      return `timeout: no answer at all, ${time}`
    case 'failed':
      return `failed ${time}: ${outcome.said}`
  }
}

function expectation({from, with: way}: Parameters, to: string): string {
  const how = {reset: ' with a TCP reset', icmp: ' with an ICMP port unreachable'}
  return `a connection from ${from} to ${to} is refused${way === undefined ? '' : how[way]}`
}
