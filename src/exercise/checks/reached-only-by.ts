import {z} from 'zod'
import type {Outcome} from '../../cluster/dial.ts'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {placeName} from '../../lab/targets.ts'
import type {Pod} from '../../objects/pod.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {callTimeout, glimpse, type Limits, typed, typedCommand} from '../command.ts'
import {isServing, placesOf} from '../places.ts'
import {programFor} from '../reach/closer.ts'
import {dialAll} from '../reach/dial-all.ts'
import {type Goal, goalsOf, parseGoal} from '../reach/goals.ts'

const form = parameters({
  to: checked(parseGoal, 'pod/app=web:8080').describe(
    'service/NAME:PORT, pod/NAME:PORT or pod/LABEL=VALUE:PORT, behind NAMESPACE/ when it is not default',
  ),
  by: z.array(target).describe('Whom it must let in, each of the pods that are meant; nobody when the list is empty'),
})

type Parameters = z.infer<typeof form>

/** What NetworkPolicies are for: the named pods get through, every other pod of the lab is kept out. */
export const reachedOnlyBy: Check<Parameters> = {
  summary: 'Some pods are reached by certain others, and by no other pod of the lab',
  parameters: form,
  targets: [],
  again: 'after a pause',
  expected: ({to, by}) => `${to} is reached by ${by.join(', ') || 'nobody'}, and by no other pod`,
  look: lookOnce,
}

type Try = {readonly from: string; readonly goal: Goal; readonly isWanted: boolean; readonly outcome: Outcome}

async function lookOnce({to, by}: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const goals = await goalsOf(to, lab, limits)
  const wanted = new Set((await Promise.all(by.map(one => placesOf(one, lab)))).flat())
  const places = new Set([...wanted, ...(await podsOfLab(lab))])
  const rows = [...places].map(from => ({from, goals: goals.filter(({place}) => place !== from)}))
  const outcomes = await dialAll(lab, rows, {signal: limits.signal, timeoutMs: callTimeout(limits)})
  const tries = rows.flatMap(({from, goals: own}, row) =>
    own.flatMap((goal, at): Try[] => {
      const outcome = outcomes[row]?.[at]
      return outcome ? [{from, goal, isWanted: wanted.has(from), outcome}] : []
    }),
  )
  return verdict(tries, lab)
}

/* Those of the cluster itself are not what a lab is about, and one in its node's network is a node. */
async function podsOfLab(lab: LabHandle): Promise<readonly string[]> {
  const pods = (await lab.list('Pod', {})) as readonly Pod[]
  return pods
    .filter(pod => isServing(pod) && !pod.spec.hostNetwork && !pod.metadata.namespace?.startsWith('kube-'))
    .map(({metadata}) => placeName('pod', metadata))
    .toSorted()
}

function verdict(tries: readonly Try[], lab: LabHandle): Finding {
  const reached = (one: Try) => one.outcome.came === 'answered'
  const wrong = tries.filter(one => reached(one) !== one.isWanted)
  const [first] = wrong
  const lines = wrong.map(({from, goal, outcome}) => `${from} → ${goal.name}: ${outcome.came} (${outcome.said})`)
  const through = [...new Set(tries.filter(reached).map(({from}) => from))]
  const total = `reached by ${through.join(', ') || 'nobody'}`
  return {
    holds: wrong.length === 0,
    seen: [total, ...(first === undefined ? [] : [glimpse(lines.join('\n'))])].join('\n'),
    command:
      first === undefined
        ? typedCommand(lab, 'policy matrix', [])
        : typed(lab, first.from, programFor(first.goal.call)),
  }
}
