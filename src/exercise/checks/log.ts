import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {pattern, target} from '../../lab/step-schema.ts'
import {parseTarget} from '../../lab/targets.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {typedCommand} from '../command.ts'
import {placesOf} from '../places.ts'

const form = parameters({
  of: target.describe('The container: pod/NAME, pod/NAME/CONTAINER; of pod/LABEL=VALUE at least one'),
  contains: z.string().min(1).optional().describe('A part of what it has printed'),
  matches: pattern.optional(),
})
  .refine(
    ({contains, matches}) => contains !== undefined || matches !== undefined,
    'this would pass with any log; say contains or matches',
  )
  .refine(({of}) => parseTarget(of).kind.startsWith('pod'), 'only pods have logs')

type Parameters = z.infer<typeof form>

/** A container has printed something, since it was made. */
export const log: Check<Parameters> = {
  summary: "A container's log has a line",
  parameters: form,
  targets: ['of'],
  again: 'after a pause',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle): Promise<Finding> {
  const places = await placesOf(wanted.of, lab)
  const logs = await Promise.all(places.map(async place => ({place, text: await lab.logs(place)})))
  const found = logs.find(({text}) => hasIt(text, wanted))
  return {
    holds: found !== undefined,
    seen: found === undefined ? logs.map(lastLines).join('\n') : lineOf(found.text, wanted),
    command: typedCommand(lab, 'logs', [(found ?? logs[0])?.place ?? wanted.of]),
  }
}

function hasIt(text: string, {contains, matches}: Parameters): boolean {
  return (
    (contains === undefined || text.includes(contains)) &&
    (matches === undefined || new RegExp(matches, 'm').test(text))
  )
}

/** The first line that has it; where it takes several, what was asked for. */
function lineOf(text: string, wanted: Parameters): string {
  return text.split('\n').find(line => hasIt(line, wanted)) ?? 'it is there'
}

function lastLines({place, text}: {readonly place: string; readonly text: string}): string {
  const lines = text.trimEnd().split('\n').slice(-3)
  return `${place}: ${text.trim() === '' ? 'the log is empty' : lines.join('\n')}`
}

function expectation({of, contains, matches}: Parameters): string {
  const how = [
    ...(contains === undefined ? [] : [`with "${contains}"`]),
    ...(matches === undefined ? [] : [`like /${matches}/`]),
  ]
  return `the log of ${of}, ${how.join(', ')}`
}
