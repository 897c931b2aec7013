import type {KubeObject} from '../objects/kube-object.ts'

/** The like pods that an object makes, as far as its manifest says. */
export type WantedPods = {
  readonly count: number
  /** The pod's own name, or what its name begins with. */
  readonly name: string
  readonly generated: boolean
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  /** The node that they must run on. */
  readonly node?: string
  /** Whether they take addresses of the pod subnets. */
  readonly addressed: boolean
}

/** The pods of a Pod, or of whatever makes pods from a template; undefined for an object that makes none. */
export function wantedPods(object: KubeObject, nodes: number): WantedPods | undefined {
  const {kind, metadata, spec = {}} = object as Templated
  if (kind !== 'Pod' && spec.template === undefined) return undefined
  const pod = kind === 'Pod' ? (object as PodLike) : spec.template
  const {nodeName, hostNetwork} = pod?.spec ?? {}
  return {
    count: kind === 'Pod' ? 1 : kind === 'DaemonSet' ? nodes : (spec.replicas ?? 1),
    name: metadata.name ?? metadata.generateName ?? '',
    generated: kind !== 'Pod' || !metadata.name,
    namespace: metadata.namespace ?? 'default',
    labels: pod?.metadata?.labels ?? {},
    ...(nodeName && {node: nodeName}),
    addressed: hostNetwork !== true,
  }
}

type PodLike = {
  readonly metadata?: {readonly labels?: Readonly<Record<string, string>>}
  readonly spec?: {readonly nodeName?: string; readonly hostNetwork?: boolean}
}

type Templated = KubeObject & {readonly spec?: {readonly replicas?: number; readonly template?: PodLike}}
