import {ageOf} from './age.ts'
import {dnsSubdomain} from './format.ts'
import type {Kind} from './kind.ts'
import type {KubeObject} from './kube-object.ts'
import {type ObjectReference, objectReferenceSchema} from './object-reference.ts'
import {boolean, list, listBy, record, string} from './schema.ts'

/** Who a pod is towards the API server. */
export type ServiceAccount = KubeObject & {
  readonly apiVersion: 'v1'
  readonly kind: 'ServiceAccount'
  readonly secrets?: readonly ObjectReference[]
  readonly imagePullSecrets?: readonly {readonly name?: string}[]
  readonly automountServiceAccountToken?: boolean
}

export const serviceAccountKind: Kind<ServiceAccount> = {
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  namespaced: true,
  apiVersions: ['v1'],
  countsGenerations: false,
  name: dnsSubdomain,
  fields: {
    secrets: listBy(['name'], objectReferenceSchema),
    imagePullSecrets: list(record({name: string})),
    automountServiceAccountToken: boolean,
  },
  required: [],
  defaults: account => account,
  validate: () => [],
  initial: account => account,
  inherit: account => account,
  validateUpdate: () => [],
  columns: [
    {name: 'Name', value: account => account.metadata.name},
    {name: 'Secrets', value: ({secrets = []}) => `${secrets.length}`},
    {name: 'Age', value: ageOf},
  ],
}
