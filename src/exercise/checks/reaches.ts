import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked, mapping} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import type {Check, Verdict} from '../check.ts'
import {glimpse, type Limits, limits, runFirst, typed} from '../command.ts'
import {checkDestination, commandsFor, parseDestination} from '../destination.ts'
import {within} from '../duration.ts'
import {fillAddresses, placeOf} from '../places.ts'
import {tryUntil} from '../until.ts'

const parameters = mapping({
  from: target,
  to: checked(checkDestination, 'http://10.98.237.175').describe('http://HOST:PORT/PATH, HOST:PORT or ping://HOST'),
  expect: z.string().min(1).optional().describe('A part of the answer'),
  not: z.boolean().default(false).describe('Passes when it is not reached'),
  within: within('10s'),
})

type Parameters = z.infer<typeof parameters>

/** A packet gets there and an answer comes back. */
export const reaches: Check<Parameters> = {
  summary: 'A target reaches a URL, a port or an address',
  parameters,
  targets: ['from'],
  run: (wanted, lab, during) =>
    tryUntil(remaining => reachOnce(wanted, lab, limits(remaining, during.signal)), {
      ...during,
      lab,
      within: wanted.within,
      expected: expectation(wanted, wanted.to),
    }),
}

async function reachOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Verdict> {
  const place = await placeOf(wanted.from, lab)
  const to = await fillAddresses(wanted.to, lab)
  const {argv, code, stdout, stderr} = await runFirst(lab, place, commandsFor(parseDestination(to)), limits)
  const reached = code === 0 && (wanted.expect === undefined || stdout.includes(wanted.expect))
  return {
    pass: reached !== wanted.not && code !== 127,
    expected: expectation(wanted, to),
    seen: code === 0 ? glimpse(stdout) || 'an answer without a text' : failure(code, stderr),
    command: typed(lab, place, argv),
  }
}

function expectation({from, expect, not}: Parameters, to: string): string {
  const answer = expect === undefined ? 'an answer' : `an answer with "${expect}"`
  return `${not ? 'no answer' : answer} from ${to} to ${from}`
}

/** Programs that say nothing when they fail leave their code; 124 is a program that was killed at its time limit. */
function failure(code: number, stderr: string): string {
  return glimpse(stderr) || (code === 124 ? 'no answer in time' : `no answer (code ${code})`)
}
