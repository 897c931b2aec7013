import type {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {command, expectation, target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {glimpse, isMissing, type Limits, typed} from '../command.ts'
import {inWords, meets, outcome} from '../expectation.ts'
import {fillAddresses, placeOf} from '../places.ts'

const form = parameters({
  in: target,
  run: command,
  expect: expectation.optional(),
})

type Parameters = z.infer<typeof form>

/** A command gives what is expected: its code, its output. It is run until it does. */
export const exec: Check<Parameters> = {
  summary: 'A command gives the expected code and output',
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: ({expect}) => inWords(expect),
  look: runOnce,
}

async function runOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.in, lab)
  const argv = await Promise.all(wanted.run.map(word => fillAddresses(word, lab)))
  const result = await lab.exec(place, argv, limits)
  return {
    // A program that is not there gives something else, too; that tells nothing.
    holds: meets(result, wanted.expect) || (isMissing(result) ? undefined : false),
    seen: outcome(result, glimpse),
    command: typed(lab, place, argv),
  }
}
