import type {Node} from '../../objects/node.ts'
import type {Pod} from '../../objects/pod.ts'
import type {View} from '../../store/view.ts'

/** One try to find a pod its node. */
export type Attempt = {readonly pod: Pod; readonly nodes: readonly Node[]; readonly view: View}

/**
 * A question that a node must answer with yes before it gets the pod. What it has to know of the whole cluster it looks up
 * once; undefined when it has nothing to ask, as most have of most pods.
 */
export type Filter = (attempt: Attempt) => ((node: Node) => Refusal | undefined) | undefined

/**
 * Why a node does not fit, in the words of kube-scheduler. `final`: not even without its other pods would it, so that nobody needs to
 * think of taking some away.
 */
export type Refusal = {readonly reasons: readonly string[]; readonly final: boolean}

/** How well each of the nodes that fit would do, from 0 to 100 and in their order; undefined when all are alike. */
export type Score = (attempt: Attempt, fitting: readonly Node[]) => readonly number[] | undefined
