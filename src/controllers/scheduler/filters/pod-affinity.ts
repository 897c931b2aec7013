import type {PodAffinityTerm} from '../../../objects/affinity.ts'
import type {Node} from '../../../objects/node.ts'
import type {Pod} from '../../../objects/pod.ts'
import type {Attempt, Filter, Refusal} from '../attempt.ts'
import {type Company, companyOf, isMeant, placeOf, podsMeant} from '../company.ts'

/**
 * Beside whom a pod must be, and beside whom it must not. A place is all nodes with the same value of a label, often a single node. What
 * the pods that are there already say against the new one counts as much as what it says itself.
 */
export const podAffinityFilter: Filter = attempt => {
  const {pod} = attempt
  const beside = besides(requiredOf(pod, 'podAffinity'), attempt)
  const apart = requiredOf(pod, 'podAntiAffinity').map(term => {
    const company = companyOf(term, pod, attempt.view)
    return {key: term.topologyKey, places: placesOf(podsMeant(company, attempt.view), company, attempt)}
  })
  const opposed = opponents(attempt)
  if (beside === undefined && apart.length === 0 && opposed.length === 0) return undefined
  return node => {
    if (beside && !beside(node)) return refused("node(s) didn't match pod affinity rules", true)
    if (apart.some(one => isAt(node, one))) return refused("node(s) didn't match pod anti-affinity rules", false)
    if (opposed.some(one => isAt(node, one)))
      return refused("node(s) didn't satisfy existing pods anti-affinity rules", false)
    return undefined
  }
}

type Places = {readonly key: string; readonly places: ReadonlySet<string>}

export function requiredOf({spec}: Pod, which: 'podAffinity' | 'podAntiAffinity'): readonly PodAffinityTerm[] {
  return spec.affinity?.[which]?.requiredDuringSchedulingIgnoredDuringExecution ?? []
}

/** A pod counts as company only when all terms mean it. The first of a group that wants to be together may be anywhere. */
function besides(terms: readonly PodAffinityTerm[], attempt: Attempt): ((node: Node) => boolean) | undefined {
  const {pod, view} = attempt
  const companies = terms.map(term => companyOf(term, pod, view))
  const [first] = companies
  if (first === undefined) return undefined
  const meant = podsMeant(first, view).filter(other => companies.every(company => isMeant(company, other)))
  const wanted = companies.map(company => ({key: company.topologyKey, places: placesOf(meant, company, attempt)}))
  const alone = wanted.every(({places}) => places.size === 0) && companies.every(company => isMeant(company, pod))
  return node =>
    wanted.every(({key}) => placeOf(node, key) !== undefined) && (alone || wanted.every(one => isAt(node, one)))
}

function opponents(attempt: Attempt): readonly Places[] {
  const {pod, view} = attempt
  return view.find('choosyPods', 'placed').flatMap(other =>
    requiredOf(other, 'podAntiAffinity').flatMap(term => {
      const company = companyOf(term, other, view)
      return isMeant(company, pod) ? [{key: term.topologyKey, places: placesOf([other], company, attempt)}] : []
    }),
  )
}

function placesOf(pods: readonly Pod[], {topologyKey}: Company, {view}: Attempt): ReadonlySet<string> {
  const nodes = new Set(pods.map(({spec}) => spec.nodeName ?? ''))
  const places = [...nodes].flatMap(name => {
    const node = view.get('Node', {name})
    return (node && placeOf(node, topologyKey)) ?? []
  })
  return new Set(places)
}

function isAt(node: Node, {key, places}: Places): boolean {
  const place = placeOf(node, key)
  return place !== undefined && places.has(place)
}

function refused(reason: string, final: boolean): Refusal {
  return {reasons: [reason], final}
}
