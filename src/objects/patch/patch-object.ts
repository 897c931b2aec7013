import type {Kind} from '../kind.ts'
import {metadataSchema} from '../metadata.ts'
import {record, type Schema, string} from '../schema.ts'
import {type JsonRecord, parsePatch} from './json.ts'
import {jsonPatch} from './json-patch.ts'
import {mergePatch} from './merge-patch.ts'
import {badRequest} from './patch-error.ts'
import {strategicMerge} from './strategic-merge.ts'

/*
 * How a PATCH becomes a stored object; everything is a pure function, the API server calls in this order:
 *
 *     live      the object as it is stored, with its defaults
 *     patched   patchObject({kind, live, contentType, body})     or applyPatch(...), which can answer {conflicts}
 *     read      readObject(patched, namespace)                   unknown fields, types, rules
 *     next      kind.defaults(read.object)
 *     managed   managedAfterUpdate({before: live, after: next, schema: wholeSchema(kind), manager, ...}), not after applyPatch
 *     stored    {...next, metadata: {...next.metadata, managedFields: managed}}
 *
 * A create and a PUT take the same way without the patch, with `before: undefined` for a create. An apply patch is merged from what
 * the client wrote, without defaults: defaults belong to nobody, or else every later applier would meet conflicts.
 */
export type Patch = {
  readonly kind: Pick<Kind, 'fields'>
  readonly live: JsonRecord
  /** The request's Content-Type. */
  readonly contentType: string
  readonly body: string
}

/** The object after a patch of one of the three kinds that need no manager. Throws PatchError. */
export function patchObject({kind, live, contentType, body}: Patch): JsonRecord {
  const patch = parsePatch(body)
  switch (contentType.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return jsonPatch(live, patch)
    case 'application/merge-patch+json':
      return mergePatch(live, patch)
    case 'application/strategic-merge-patch+json':
      return strategicMerge(live, patch, wholeSchema(kind))
  }
  throw badRequest(`unknown Content-Type header for patch: ${contentType}`)
}

/** The schema of an object with all that every kind has. */
export function wholeSchema(kind: Pick<Kind, 'fields'>): Schema {
  return record({apiVersion: string, kind: string, metadata: metadataSchema, ...kind.fields})
}
