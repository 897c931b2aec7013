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
  /** Accepted versions; the first is the one that is stored. */
  readonly apiVersions: readonly [T['apiVersion'], ...string[]]
  /** Whether `metadata.generation` counts the changes of its spec. */
  readonly countsGenerations: boolean
  /** What a name of this kind may be. */
  readonly name: Format
  /** The fields besides apiVersion, kind and metadata. */
  readonly fields: Readonly<Record<string, Schema>>
  readonly required: readonly string[]
  /** Brings an object of an older version, already checked against the fields, into the stored one. */
  convert?(object: T, apiVersion: string): T
  /** Fills in what was left out, as the API server does. */
  defaults(object: T): T
  /** What the schema cannot say: rules between fields. */
  validate(object: T): readonly Mistake[]
  /** The object at its birth: a status that a client wrote is not believed. */
  initial(object: T): T
  /** What an update that leaves it out keeps from the object as it was: allocated addresses, the node. */
  inherit(object: T, before: T): T
  /** Fields that may not change any more. */
  validateUpdate(object: T, before: T): readonly Mistake[]
  /** The object while it goes away after a deletion; without the method, or undefined, it is gone at once. */
  terminating?(object: T, deletion: Deletion): T | undefined
  /** The object with another number of replicas, where the kind has them. */
  scaled?(object: T, replicas: number): T
  readonly columns: readonly Column<T>[]
}

/** When something is deleted, in milliseconds since 1970, and how many seconds it is given when that is not its own choice. */
export type Deletion = {readonly now: number; readonly graceSeconds?: number}
