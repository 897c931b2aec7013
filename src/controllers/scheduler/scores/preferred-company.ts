import type {PodAffinityTerm} from '../../../objects/affinity.ts'
import type {Pod} from '../../../objects/pod.ts'
import type {Attempt, Score} from '../attempt.ts'
import {companyOf, isMeant, placeOf, podsMeant} from '../company.ts'
import {requiredOf} from '../filters/pod-affinity.ts'
import {between} from './normalize.ts'

/**
 * Beside whom the pod would like to be and far from whom, and who of those that are there would like to have it beside them. Whoever
 * requires its company without being asked counts a little too.
 */
export const preferredCompany: Score = (attempt, fitting) => {
  const wishes = [...ownWishes(attempt), ...wishesOfOthers(attempt)]
  if (wishes.length === 0) return undefined
  return between(
    fitting.map(node =>
      wishes.reduce((sum, {key, place, weight}) => sum + (placeOf(node, key) === place ? weight : 0), 0),
    ),
  )
}

type Wish = {readonly key: string; readonly place: string; readonly weight: number}

function ownWishes({pod, view}: Attempt): readonly Wish[] {
  return preferredOf(pod).flatMap(({term, weight}) =>
    podsMeant(companyOf(term, pod, view), view).flatMap(other => wish(other, term, weight, view)),
  )
}

function wishesOfOthers({pod, view}: Attempt): readonly Wish[] {
  return view.find('choosyPods', 'placed').flatMap(other => {
    const required = requiredOf(other, 'podAffinity').map(term => ({term, weight: 1}))
    return [...preferredOf(other), ...required].flatMap(({term, weight}) =>
      isMeant(companyOf(term, other, view), pod) ? wish(other, term, weight, view) : [],
    )
  })
}

function preferredOf({spec: {affinity}}: Pod) {
  const terms = (which: 'podAffinity' | 'podAntiAffinity', sign: number) =>
    (affinity?.[which]?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({weight, podAffinityTerm}) => ({
      term: podAffinityTerm,
      weight: sign * weight,
    }))
  return [...terms('podAffinity', 1), ...terms('podAntiAffinity', -1)]
}

function wish(other: Pod, {topologyKey: key}: PodAffinityTerm, weight: number, view: Attempt['view']): readonly Wish[] {
  const node = view.get('Node', {name: other.spec.nodeName ?? ''})
  const place = node && placeOf(node, key)
  return place === undefined ? [] : [{key, place, weight}]
}
