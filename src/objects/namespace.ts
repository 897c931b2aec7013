import type {Condition} from './condition.ts'
import type {KubeObject} from './kube-object.ts'

/** A space for names. `Terminating` while its content goes away. */
export type Namespace = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'Namespace'
  readonly spec?: {readonly finalizers?: readonly string[]}
  readonly status?: {readonly phase: 'Active' | 'Terminating'; readonly conditions?: readonly Condition[]}
}
