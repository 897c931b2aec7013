import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {glimpse, isMissing, type Limits, runFirst, typed} from '../command.ts'
import {checkDestination, commandsFor, parseDestination} from '../destination.ts'
import {fillAddresses, placeOf} from '../places.ts'

const form = parameters({
  from: target,
  to: checked(checkDestination, 'http://10.98.237.175').describe('http://HOST:PORT/PATH, HOST:PORT or ping://HOST'),
  expect: z.string().min(1).optional().describe('A part of the answer'),
})

type Parameters = z.infer<typeof form>

/** A packet gets there and an answer comes back. */
export const reaches: Check<Parameters> = {
  summary: 'A target reaches a URL, a port or an address',
  parameters: form,
  targets: ['from'],
  again: 'after a pause',
  expected: wanted => expectation(wanted, wanted.to),
  look: reachOnce,
}

async function reachOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.from, lab)
  const to = await fillAddresses(wanted.to, lab)
  const {argv, code, stdout, stderr} = await runFirst(lab, place, commandsFor(parseDestination(to)), limits)
  const reached = code === 0 && (wanted.expect === undefined || stdout.includes(wanted.expect))
  return {
    holds: isMissing({code}) ? undefined : reached,
    expected: expectation(wanted, to),
    seen: code === 0 ? glimpse(stdout) || 'an answer without a text' : failure(code, stderr),
    command: typed(lab, place, argv),
  }
}

function expectation({from, expect}: Parameters, to: string): string {
  const answer = expect === undefined ? 'an answer' : `an answer with "${expect}"`
  return `${answer} from ${to} to ${from}`
}

/** Programs that say nothing when they fail leave their code; 124 is a program that was killed at its time limit. */
function failure(code: number, stderr: string): string {
  return glimpse(stderr) || (code === 124 ? 'no answer in time' : `no answer (code ${code})`)
}
