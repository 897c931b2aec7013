import type {AddressType, EndpointSlice, SliceEndpoint} from '../../objects/endpoint-slice.ts'
import {equal} from '../../objects/equal.ts'
import type {OwnerReference} from '../../objects/kube-object.ts'
import {generatedName} from '../../objects/names.ts'
import type {View} from '../../store/view.ts'
import type {Context, Write} from '../controller.ts'
import type {Packing, Part} from './pack.ts'

/** What all slices of one owner have in common. */
export type SliceFrame = {
  readonly namespace: string
  /** Their names begin so. */
  readonly prefix: string
  readonly owner: OwnerReference
  /** IPv4 when left out. */
  readonly addressType?: AddressType
  readonly labels: Readonly<Record<string, string>>
  /** The annotations of a slice, given those that it has and whether its content changes. */
  annotations(before: Annotations | undefined, endpoints: readonly SliceEndpoint[] | undefined): Annotations
}

type Annotations = Readonly<Record<string, string>>

/** The label that says which controller looks after a slice. */
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'

/** What is to be written so that the slices are as they are packed. */
export function sliceWrites(
  {parts, unused}: Packing,
  frame: SliceFrame,
  {view, random}: {readonly view: View; readonly random: Context['random']},
): readonly Write[] {
  const names = new Set<string>()
  const newName = () => {
    let name = generatedName(frame.prefix, random)
    while (names.has(name) || view.get('EndpointSlice', {namespace: frame.namespace, name}))
      name = generatedName(frame.prefix, random)
    names.add(name)
    return name
  }
  return [
    ...parts.flatMap((part): readonly Write[] => {
      const object = sliceOf(part, frame, newName)
      if (part.slice === undefined) return [{do: 'create', object}]
      return equal(object, part.slice) ? [] : [{do: 'update', object}]
    }),
    ...unused.map((object): Write => ({do: 'delete', object})),
  ]
}

function sliceOf({slice, ports, endpoints}: Part, frame: SliceFrame, newName: () => string): EndpointSlice {
  const changed = slice === undefined || !equal(slice.endpoints, endpoints) || !equal(slice.ports ?? [], ports)
  const annotations = frame.annotations(slice?.metadata.annotations, changed ? endpoints : undefined)
  const {annotations: _before, ...kept} = slice?.metadata ?? {
    generateName: frame.prefix,
    name: newName(),
    namespace: frame.namespace,
  }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...kept,
      ownerReferences: [frame.owner],
      labels: frame.labels,
      ...(Object.keys(annotations).length > 0 && {annotations}),
    },
    addressType: frame.addressType ?? 'IPv4',
    endpoints,
    ports,
  }
}
