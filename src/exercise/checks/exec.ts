import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {mapping} from '../../lab/shape.ts'
import {command, expectation, target} from '../../lab/step-schema.ts'
import type {Check, Verdict} from '../check.ts'
import {glimpse, type Limits, limits, typed} from '../command.ts'
import {within} from '../duration.ts'
import {inWords, meets, outcome} from '../expectation.ts'
import {fillAddresses, placeOf} from '../places.ts'
import {tryUntil} from '../until.ts'

const parameters = mapping({
  in: target,
  run: command,
  expect: expectation.optional(),
  not: z.boolean().default(false).describe('Passes when the command gives something else'),
  within: within('10s'),
})

type Parameters = z.infer<typeof parameters>

/** A command gives what is expected: its code, its output. It is run until it does. */
export const exec: Check<Parameters> = {
  summary: 'A command gives the expected code and output',
  parameters,
  targets: ['in'],
  run: (wanted, lab, during) =>
    tryUntil(remaining => runOnce(wanted, lab, limits(remaining, during.signal)), {
      ...during,
      lab,
      within: wanted.within,
      expected: inWords(wanted.expect),
    }),
}

async function runOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Verdict> {
  const place = await placeOf(wanted.in, lab)
  const argv = await Promise.all(wanted.run.map(word => fillAddresses(word, lab)))
  const result = await lab.exec(place, argv, limits)
  return {
    // A program that is not there gives something else, too; that is no reason to pass.
    pass: wanted.not ? !meets(result, wanted.expect) && result.code !== 127 : meets(result, wanted.expect),
    expected: `${wanted.not ? 'not: ' : ''}${inWords(wanted.expect)}`,
    seen: outcome(result, glimpse),
    command: typed(lab, place, argv),
  }
}
