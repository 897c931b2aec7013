import {ageOf} from './age.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {invalid, type Mistake} from './mistake.ts'
import {integer, record, string} from './schema.ts'

/** Somebody's word, renewed again and again, that he is still there: a node's, or that of the leader of many. */
export type Lease = KubeObject & {
  readonly apiVersion: 'coordination.k8s.io/v1'
  readonly kind: 'Lease'
  readonly spec?: LeaseSpec
}

export type LeaseSpec = {
  readonly holderIdentity?: string
  readonly leaseDurationSeconds?: number
  /** In microseconds: `2025-01-01T00:00:00.000000Z`. */
  readonly acquireTime?: string
  readonly renewTime?: string
  readonly leaseTransitions?: number
  readonly strategy?: string
  readonly preferredHolder?: string
}

export const leaseKind: Kind<Lease> = {
  kind: 'Lease',
  plural: 'leases',
  singular: 'lease',
  shortNames: [],
  namespaced: true,
  apiVersions: ['coordination.k8s.io/v1'],
  countsGenerations: false,
  name: dnsSubdomain,
  fields: {
    spec: record({
      holderIdentity: string,
      leaseDurationSeconds: integer(-(2 ** 31)),
      acquireTime: string,
      renewTime: string,
      leaseTransitions: integer(-(2 ** 31)),
      strategy: string,
      preferredHolder: string,
    }),
  },
  required: [],
  defaults: lease => ({...lease, spec: lease.spec ?? {}}),
  validate: leaseMistakes,
  initial: lease => lease,
  inherit: lease => lease,
  validateUpdate: () => [],
  columns: [
    {name: 'Name', value: lease => lease.metadata.name},
    {name: 'Holder', value: ({spec}) => spec?.holderIdentity ?? ''},
    {name: 'Age', value: ageOf},
  ],
}

function leaseMistakes({spec = {}}: Lease): Mistake[] {
  const {holderIdentity, leaseDurationSeconds: duration = 1, leaseTransitions: transitions = 0} = spec
  const at = (field: string) => ['spec', field]
  return [
    ...(holderIdentity === '' ? [invalid(at('holderIdentity'), '', 'must not be empty')] : []),
    ...(duration > 0 ? [] : [invalid(at('leaseDurationSeconds'), duration, 'must be greater than 0')]),
    ...(transitions >= 0 ? [] : [invalid(at('leaseTransitions'), transitions, 'must be greater than or equal to 0')]),
  ]
}
