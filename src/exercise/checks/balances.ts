import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {namespace, selector, target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {isMissing, type Limits, type Ran, runFirst, typed} from '../command.ts'
import {checkDestination, commandsFor, parseDestination} from '../destination.ts'
import {fillAddresses, NotThereError, placeOf, podsOf} from '../places.ts'
import {inTurns, names, strangers} from '../who-answers.ts'

const form = parameters({
  from: target,
  to: checked(checkDestination, 'http://10.98.237.175').describe('http://HOST:PORT/PATH; every answer names its pod'),
  pods: selector.describe('The pods that must answer, by label, like app=kubia'),
  namespace: namespace.describe('Where those pods are'),
  requests: z.int().min(1).max(1000).default(30).describe('How many requests, each over a connection of its own'),
  each: z.int().min(1).default(1).describe('How many answers every pod must give at least'),
})

type Parameters = z.infer<typeof form>

/** Requests spread over all the pods of a Service: which pod answered is read from the answers, which must hold its name. */
export const balances: Check<Parameters> = {
  summary: 'Requests reach every one of the pods',
  parameters: form,
  targets: ['from'],
  again: 'after a pause',
  expected: expectation,
  look: balanceOnce,
}

async function balanceOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.from, lab)
  const pods = (await podsOf(`${wanted.namespace}/pod/${wanted.pods}`, lab)).map(pod => pod.metadata.name)
  if (pods.length === 0) throw new NotThereError(`no pod with ${wanted.pods} is ready`)
  const commands = commandsFor(parseDestination(await fillAddresses(wanted.to, lab)))
  const isStrange = (answer: Ran) => !pods.some(pod => names(answer, pod))
  const answers = await inTurns(wanted.requests, {
    ask: () => runFirst(lab, place, commands, limits),
    isLast: ({code}) => code !== 0,
  })
  const counts = pods.map(pod => ({pod, count: answers.filter(answer => names(answer, pod)).length}))
  const others = answers.filter(isStrange)
  return {
    holds: answers.some(isMissing) ? undefined : others.length === 0 && counts.every(({count}) => count >= wanted.each),
    seen: [...counts.map(({pod, count}) => `${pod} ${count}×`), ...strangers(others)].join(', '),
    command: typed(lab, place, answers[0]?.argv ?? []),
  }
}

function expectation({requests, to, pods, each}: Parameters): string {
  const times = each === 1 ? 'at least once' : `at least ${each} times`
  return `each pod with ${pods} answers ${times} in ${requests} requests to ${to}`
}
