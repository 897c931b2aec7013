import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {namespace, selector, target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {isMissing, type Limits, runFirst, typed} from '../command.ts'
import {checkDestination, commandsFor, parseDestination} from '../destination.ts'
import {fillAddresses, placeOf, podsOf} from '../places.ts'
import {inTurns, names, strangers} from '../who-answers.ts'

const form = parameters({
  from: target,
  to: checked(checkDestination, 'http://10.98.237.175').describe('http://HOST:PORT/PATH; every answer names its pod'),
  of: z
    .record(selector, z.number().min(0).max(100))
    .refine(of => Object.keys(of).length > 0, 'expected at least one entry, like version=v1: 75')
    .refine(of => sum(of) <= 100 + rounding, 'the shares make more than 100 percent')
    .describe('The share of the answers, in percent, that pods with a label must give: version=v1: 75'),
  namespace: namespace.describe('Where those pods are'),
  requests: z.int().min(50).max(1000).default(200).describe('How many requests, each over a connection of its own'),
})

type Parameters = z.infer<typeof form>

/** Shares are written as 33.3 and the like. */
const rounding = 0.5

/**
 * How requests are split between groups of pods. Chance decides over each request, so the count of a group may be off by four standard
 * deviations of a binomial distribution, and by one more: a right split fails once in ten thousand times.
 */
export const shares: Check<Parameters> = {
  summary: 'Requests are split between groups of pods in given shares',
  parameters: form,
  targets: ['from'],
  again: 'after a pause',
  expected: ({requests, to, of}) => {
    const parts = Object.entries(of).map(([label, percent]) => `${percent}% by pods with ${label}`)
    return `${requests} requests to ${to} are answered ${parts.join(', ')}`
  },
  look: countShares,
}

async function countShares(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.from, lab)
  const groups = await Promise.all(
    Object.entries(wanted.of).map(async ([label, percent]) => {
      const pods = await podsOf(`${wanted.namespace}/pod/${label}`, lab)
      return {label, percent, pods: pods.map(pod => pod.metadata.name)}
    }),
  )
  const commands = commandsFor(parseDestination(await fillAddresses(wanted.to, lab)))
  const answers = await inTurns(wanted.requests, {
    ask: () => runFirst(lab, place, commands, limits),
    isLast: ({code}) => code !== 0,
  })
  const counts = groups.map(({pods, ...group}) => {
    return {...group, count: answers.filter(answer => pods.some(pod => names(answer, pod))).length}
  })
  const others = answers.filter(answer => !groups.some(({pods}) => pods.some(pod => names(answer, pod))))
  const left = 100 - sum(wanted.of)
  const good =
    answers.length === wanted.requests &&
    counts.every(({count, percent}) => isNear(count, percent, wanted.requests)) &&
    isNear(others.length, left, wanted.requests)
  return {
    holds: answers.some(isMissing) ? undefined : good,
    seen: [...counts.map(({label, count}) => `${label} ${count}×`), ...strangers(others)].join(', '),
    command: typed(lab, place, answers[0]?.argv ?? []),
  }
}

function isNear(count: number, percent: number, requests: number): boolean {
  const chance = Math.max(0, percent) / 100
  if (chance < rounding / 100) return count === 0
  const deviation = Math.sqrt(requests * chance * (1 - Math.min(1, chance)))
  return Math.abs(count - requests * chance) <= 4 * deviation + 1
}

function sum(of: Readonly<Record<string, number>>): number {
  return Object.values(of).reduce((all, percent) => all + percent, 0)
}
