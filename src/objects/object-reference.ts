import {record, type Schema, string} from './schema.ts'

/** Points from one object to another, or to a part of it. */
export type ObjectReference = {
  readonly kind?: string
  readonly namespace?: string
  readonly name?: string
  readonly uid?: string
  readonly apiVersion?: string
  readonly resourceVersion?: string
  /** A part of it: `spec.containers{kubia}`. */
  readonly fieldPath?: string
}

export const objectReferenceSchema: Schema = record({
  kind: string,
  namespace: string,
  name: string,
  uid: string,
  apiVersion: string,
  resourceVersion: string,
  fieldPath: string,
})
