import {withCondition} from '../../objects/condition.ts'
import type {Pod} from '../../objects/pod.ts'
import {type PodDisruptionBudget, selectsPod} from '../../objects/pod-disruption-budget.ts'
import {isReady, isTerminating} from '../../objects/pod-status.ts'
import {timestamp} from '../../objects/timestamp.ts'
import {json} from '../answer.ts'
import {readBody} from '../body.ts'
import type {Api} from '../call.ts'
import {type DeleteOptions, deleteOptions} from '../options.ts'
import {ApiError, failure, success} from '../status.ts'
import {existing} from '../verbs/get.ts'
import type {Subresource} from './index.ts'

/** A deletion that asks first, as `kubectl drain` does: whether a PodDisruptionBudget can do without the pod. */
export const eviction: Subresource = {
  of: ['Pod'],
  kind: {group: 'policy', version: 'v1', kind: 'Eviction'},
  verbs: ['create'],
  methods: {
    POST: async (call, api) => {
      const body = (await readBody(await call.body(), call.headers['content-type'])) as Said
      const {metadata, deleteOptions: said} = body ?? {}
      if (metadata?.name && metadata.name !== call.name)
        throw new ApiError('BadRequest', `name in URL does not match name in Eviction object: "${metadata.name}"`)
      const options = deleteOptions(call, said)
      const pod = existing(call, api) as Pod
      const key = {namespace: call.namespace, name: call.name}
      api.registry.remove('Pod', key, {...options, dryRun: true})
      const budgets = needsNobody(pod) ? [] : budgetsOf(pod, api)
      if (budgets.length > 1) return json({...failure('InternalError', tooMany), reason: undefined}, 500)
      const [budget] = budgets
      if (budget && !isOutside(pod, budget)) spend(budget, pod, api, options.dryRun === true)
      if (!options.dryRun) evict(pod, options, api)
      return json({...success({}), code: 201}, 201)
    },
  },
}

type Said = {readonly metadata?: {readonly name?: string}; readonly deleteOptions?: unknown} | null

const tooMany = 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.'

/* One that does not run yet or any more serves nobody. */
function needsNobody(pod: Pod): boolean {
  return isTerminating(pod) || pod.status?.phase !== 'Running'
}

function budgetsOf(pod: Pod, {store}: Api): readonly PodDisruptionBudget[] {
  const all = store.list('PodDisruptionBudget', {namespace: pod.metadata.namespace})
  return all.filter(budget => selectsPod(budget, pod))
}

/* A pod that is not ready takes nothing from those that are, if those are enough or the budget says that it does not mind. */
function isOutside(pod: Pod, {spec, status}: PodDisruptionBudget): boolean {
  if (isReady(pod)) return false
  if (spec.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const {currentHealthy = 0, desiredHealthy = 0} = status ?? {}
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy
}

/* The controller counts anew when it sees the pod go; until then the budget remembers it. */
function spend(budget: PodDisruptionBudget, pod: Pod, {store, now}: Api, dryRun: boolean): void {
  const {name, generation = 0} = budget.metadata
  const {status} = budget
  if (!status || (status.observedGeneration ?? 0) < generation)
    throw refusal(`The disruption budget ${name} is still being processed by the server.`, 10)
  const {disruptionsAllowed, desiredHealthy, currentHealthy, disruptedPods = {}, conditions} = status
  const failed = conditions?.find(({reason}) => reason === 'SyncFailed')
  if (failed)
    throw refusal(
      `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message}`,
    )
  if (disruptionsAllowed <= 0)
    throw refusal(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`,
    )
  if (dryRun) return
  store.update({
    ...budget,
    status: {
      ...status,
      disruptionsAllowed: disruptionsAllowed - 1,
      disruptedPods: {...disruptedPods, [pod.metadata.name]: timestamp(now())},
    },
  })
}

function refusal(message: string, retryAfterSeconds?: number): ApiError {
  return new ApiError('TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{reason: 'DisruptionBudget', message}],
    ...(retryAfterSeconds !== undefined && {retryAfterSeconds}),
  })
}

/* Why it goes is in its status before it does; that it is this pod, in this state, has been seen. */
function evict(pod: Pod, {expected: _, ...options}: DeleteOptions, {store, registry, now}: Api): void {
  const said = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  } as const
  const conditions = withCondition(pod.status?.conditions, said, now())
  store.update({...pod, status: {...pod.status, conditions}})
  registry.remove('Pod', pod.metadata, options)
}
