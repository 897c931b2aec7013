import type {Node} from '../../objects/node.ts'
import type {Attempt, Refusal} from './attempt.ts'
import {filters} from './filters/index.ts'
import {scores} from './scores/index.ts'

/** The node that a pod gets, or why none fits, each node with the first thing that it failed at. */
export type Placing = {readonly node: Node} | {readonly refusals: readonly Refusal[]}

export function place(attempt: Attempt): Placing {
  const questions = filters.flatMap(filter => filter(attempt) ?? [])
  const refusals: Refusal[] = []
  const fitting = attempt.nodes.filter(node => {
    const refusal = firstOf(questions, node)
    if (refusal) refusals.push(refusal)
    return refusal === undefined
  })
  const [best] = fitting.length > 1 ? byMerit(attempt, fitting) : fitting
  return best ? {node: best} : {refusals}
}

function firstOf(questions: readonly ((node: Node) => Refusal | undefined)[], node: Node): Refusal | undefined {
  for (const question of questions) {
    const refusal = question(node)
    if (refusal) return refusal
  }
  return undefined
}

/** Of equals the one with the fewest pods, then the first by name, where kube-scheduler throws a coin. */
function byMerit(attempt: Attempt, fitting: readonly Node[]): readonly Node[] {
  const merits = fitting.map(() => 0)
  for (const {weight, score} of scores)
    for (const [index, points] of (score(attempt, fitting) ?? []).entries())
      merits[index] = (merits[index] ?? 0) + weight * points
  const load = ({metadata}: Node) => attempt.view.count('activePodsByNode', metadata.name)
  return fitting
    .map((node, index) => ({node, merit: merits[index] ?? 0}))
    .toSorted(
      (a, b) =>
        b.merit - a.merit || load(a.node) - load(b.node) || (a.node.metadata.name < b.node.metadata.name ? -1 : 1),
    )
    .map(({node}) => node)
}
