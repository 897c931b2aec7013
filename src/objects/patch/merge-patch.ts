import {isRecord, type Json, type JsonRecord, own, withoutNulls} from './json.ts'
import {badRequest} from './patch-error.ts'

/** The object after a JSON merge patch (RFC 7386): mappings merge, null takes away, everything else replaces. */
export function mergePatch(object: JsonRecord, patch: Json): JsonRecord {
  if (!isRecord(patch)) throw badRequest('Invalid JSON Patch')
  return mergeRecords(object, patch)
}

function mergeRecords(object: JsonRecord, patch: JsonRecord): JsonRecord {
  const result = new Map<string, Json>(Object.entries(object))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key)
    else result.set(key, merged(own(object, key), value))
  }
  return Object.fromEntries(result)
}

function merged(before: Json | undefined, patch: Json): Json {
  if (!isRecord(patch)) return patch
  return isRecord(before) ? mergeRecords(before, patch) : withoutNulls(patch)
}
