import {z} from 'zod'
import type {Call, Outcome} from '../../cluster/dial.ts'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked, parsed} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {type Limits, typed} from '../command.ts'
import {callOf, checkCall, commandsFor, parseDestination} from '../destination.ts'
import {parseDuration} from '../duration.ts'
import {fillAddresses, placeOf} from '../places.ts'

const form = parameters({
  from: target,
  to: checked(checkCall, 'http://10.98.237.175').describe(
    'http://HOST:PORT/PATH (until the answer begins), HOST:PORT (until it connects) or ping://HOST',
  ),
  below: parsed(parseDuration, '5ms').describe('The bound, like 5ms; be generous, a machine has other work'),
  requests: z.int().min(1).max(200).default(20).describe('How many requests a round has, one after the other'),
})

type Parameters = z.infer<typeof form>

/**
 * The median of some requests lies below a bound. Other work on the machine only ever makes it longer, so that the best of three
 * rounds counts: what the network itself adds (a delay by netem, a way round) is in every round.
 */
export const latency: Check<Parameters> = {
  summary: 'Requests take less than a bound, in the median',
  parameters: form,
  targets: ['from'],
  again: 'after a pause',
  expected: wanted => expectation(wanted, wanted.to),
  look: measure,
}

const rounds = 3

async function measure(wanted: Parameters, lab: LabHandle, {signal, timeoutMs}: Limits): Promise<Finding> {
  const place = await placeOf(wanted.from, lab)
  const to = await fillAddresses(wanted.to, lab)
  const call = callOf(to)
  const options = {signal, timeoutMs: Math.min(timeoutMs, Math.max(2 * wanted.below, 200)), atOnce: 1}
  const medians: number[] = []
  for (let round = 0; round < rounds && !medians.some(median => median < wanted.below); round++) {
    // The first is not counted: it finds caches empty and programs asleep.
    const calls: Call[] = Array.from({length: wanted.requests + 1}, () => call)
    medians.push(medianOf((await lab.dial(place, calls, options)).slice(1)))
  }
  const best = Math.min(...medians)
  const all = medians.map(print).join(', ')
  return {
    holds: best < wanted.below,
    expected: expectation(wanted, to),
    seen: Number.isFinite(best)
      ? `${print(best)} (medians of ${medians.length} ${medians.length === 1 ? 'round' : 'rounds'}: ${all})`
      : 'most requests had no answer',
    command: typed(lab, place, commandsFor(parseDestination(to))[0] ?? []),
  }
}

/** The median; a request without an answer counts as endless. */
function medianOf(outcomes: readonly Outcome[]): number {
  const times = outcomes.map(({came, milliseconds}) => (came === 'answered' ? milliseconds : Number.POSITIVE_INFINITY))
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.POSITIVE_INFINITY
}

function print(milliseconds: number): string {
  return Number.isFinite(milliseconds) ? `${milliseconds.toFixed(2)} ms` : 'no answer'
}

function expectation({from, below, requests}: Parameters, to: string): string {
  return `the median of ${requests} requests from ${from} to ${to} is below ${below} ms`
}
