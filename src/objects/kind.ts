import type {Format} from './format.ts'
import type {KubeObject} from './kube-object.ts'
import type {Mistake} from './mistake.ts'
import type {Schema} from './schema.ts'
import type {Column} from './table.ts'

/** All that podlab knows about one kind of object. The methods are pure. */
export type Kind<T extends KubeObject = KubeObject> = {
  readonly kind: T['kind']
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
  /** What it is listed under besides its own name, such as `all`. */
  readonly categories?: readonly string[]
  /** Accepted versions; the first is the one that is stored. */
  readonly apiVersions: readonly [T['apiVersion'], ...string[]]
  /** Whether `metadata.generation` counts the changes of its spec. */
  readonly countsGenerations: boolean
  /** What a name of this kind may be. */
  readonly name: Format
  /** The fields besides apiVersion, kind and metadata. */
  readonly fields: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
  /** The versions that say the same in other fields than the stored one. */
  readonly olderForms?: Readonly<Record<string, OlderForm>>
  /** Brings an object of an older version, already checked against the fields, into the stored one. */
  convert?(object: T, apiVersion: string): T
  /** Fills in what was left out, as the API server does. */
  defaults(object: T): T
  /** What the schema cannot say: rules between fields. */
  validate(object: T): readonly Mistake[]
  /** What is allowed and will not do what it says, for the one who writes it. */
  warnings?(object: T): readonly string[]
  /** The object at its birth: a status that a client wrote is not believed. */
  initial(object: T): T
  /** The object with what follows from the uid and the name that it has been given. */
  born?(object: T): T
  /** What an update that leaves it out keeps from the object as it was: allocated addresses, the node. */
  inherit(object: T, before: T): T
  /** Fields that may not change any more. */
  validateUpdate(object: T, before: T): readonly Mistake[]
  /** The object while it goes away after a deletion; without the method, or undefined, it is gone at once. */
  terminating?(object: T, deletion: Deletion): T | undefined
  /** The object with another number of replicas, where the kind has them. */
  scaled?(object: T, replicas: number): T
  /** What its `scale` shows, where the kind has replicas. */
  scaleOf?(object: T): Scale
  /** Whether its status is written apart from the rest, through the subresource `status`. */
  readonly hasStatus?: boolean
  /** Fields besides metadata.name and metadata.namespace by which `--field-selector` may choose, and how to read them. */
  readonly selectable?: readonly SelectableField<T>[]
  readonly columns: readonly Column<T>[]
}

/** How one version writes an object: `read` brings what it says, unchecked, into the fields of the stored version, `show` goes the other way. */
export type OlderForm = {read(value: object): object; show(object: KubeObject): object}

/** A field by its path, such as `status.phase`, and its value. */
export type SelectableField<T> = {readonly field: string; value(object: T): string}

/** How many replicas are wanted and there; `selector` as text. */
export type Scale = {readonly replicas: number; readonly current: number; readonly selector: string}

/** When something is deleted, in milliseconds since 1970, and how many seconds it is given when that is not its own choice. */
export type Deletion = {readonly now: number; readonly graceSeconds?: number}
