/** What every Kubernetes object has, in its JSON form. */
export type KubeObject = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

export type ObjectMeta = {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly generateName?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  /** Whoever is named here has something to do before the object may go. */
  readonly finalizers?: readonly string[]
  readonly managedFields?: readonly ManagedFields[]
}

/** Which fields somebody has set last: what server-side apply knows of conflicts. */
export type ManagedFields = {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time?: string
  readonly fieldsType: 'FieldsV1'
  readonly fieldsV1: Readonly<Record<string, unknown>>
  readonly subresource?: string
}

export type OwnerReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** Names one object: `{kind: 'Service', namespace: 'default', name: 'kubia'}`. */
export type ObjectRef = {readonly kind: string; readonly namespace?: string; readonly name: string}
