import {anything, type ListMerge, type Schema} from '../schema.ts'

/** The schema of a field of a mapping; what is unknown merges as plain mappings do. */
export function fieldSchema(schema: Schema, key: string): Schema {
  if (schema.type === 'map') return schema.values
  if (schema.type === 'object' && Object.hasOwn(schema.fields, key)) return schema.fields[key] ?? anything
  return anything
}

export function itemSchema(schema: Schema): Schema {
  return schema.type === 'array' ? schema.items : anything
}

/** How a patch merges this list; undefined when it replaces it. */
export function listMerge(schema: Schema): ListMerge | undefined {
  return schema.type === 'array' ? schema.merge : undefined
}
