import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {isMissing, type Limits, typed} from '../command.ts'
import {largestPassing, smallestPacket, type Try} from '../largest-passing.ts'
import {address} from '../network-words.ts'
import {fillAddresses, NotThereError, placeOf} from '../places.ts'

const size = z.int().min(smallestPacket).max(65535)

const form = parameters(
  {
    from: target,
    to: address.describe('An address, or {pod/NAME}, {node/NAME}: it must answer ping'),
    is: size.optional().describe('The largest packet that passes, in bytes, IP header and all'),
    atLeast: size.optional().describe('So large a packet passes, in bytes'),
  },
  '20s',
).refine(({is, atLeast}) => (is === undefined) !== (atLeast === undefined), 'say is or atLeast')

type Parameters = z.infer<typeof form>

/**
 * The largest packet that passes in one piece, found with packets that must not be divided (DF). It is the smallest MTU on the
 * way, less what tunnels add; a tunnel whose MTU is set too large swallows packets without a word, and only a try shows it.
 */
export const mtu: Check<Parameters> = {
  summary: 'The largest packet that passes without being divided',
  parameters: form,
  targets: ['from'],
  again: 'after a pause',
  expected: wanted => expectation(wanted, wanted.to),
  look: measure,
}

async function measure(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.from, lab)
  const to = await fillAddresses(wanted.to, lab)
  const passes = (bytes: number) => tryOne(lab, {place, to, bytes}, limits)
  const largest = await largestPassing(passes, wanted.is ?? wanted.atLeast ?? smallestPacket)
  const expected = expectation(wanted, to)
  if (largest === undefined) {
    const seen = `not even a small packet passes from ${place} to ${to}`
    return {holds: false, expected, seen, command: typed(lab, place, pingOf(to, smallestPacket))}
  }
  return {
    holds: wanted.is === undefined ? largest >= (wanted.atLeast ?? 0) : largest === wanted.is,
    expected,
    seen: `${largest} bytes pass, ${largest + 1} do not`,
    command: typed(lab, place, pingOf(to, largest + 1)),
  }
}

async function tryOne(
  lab: LabHandle,
  {place, to, bytes}: {readonly place: string; readonly to: string; readonly bytes: number},
  {signal, timeoutMs}: Limits,
): ReturnType<Try> {
  const argv = pingOf(to, bytes)
  const {code, stdout, stderr} = await lab.exec(place, argv, {only: 'network', signal, timeoutMs})
  if (isMissing({code})) throw new NotThereError(`this machine has no ping: ${stderr.trim()}`)
  const told = /mtu ?= ?(\d+)/.exec(stdout + stderr)?.[1]
  return told === undefined ? code === 0 : {atMost: Number(told)}
}

function pingOf(to: string, bytes: number): readonly string[] {
  return ['ping', '-n', '-M', 'do', '-c', '1', '-W', '0.5', '-s', `${bytes - smallestPacket}`, to]
}

function expectation({from, is, atLeast}: Parameters, to: string): string {
  return is === undefined
    ? `packets of ${atLeast} bytes pass from ${from} to ${to}`
    : `the largest packet from ${from} to ${to} has ${is} bytes`
}
