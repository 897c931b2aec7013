/** Whether two JSON values say the same. The order of a mapping's keys does not matter, an undefined field is none. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b)) return equalLists(a, b)
  return equalRecords(a as Mapping, b as Mapping)
}

type Mapping = Readonly<Record<string, unknown>>

function equalLists(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  return a.every((item, index) => equal(item, b[index]))
}

function equalRecords(a: Mapping, b: Mapping): boolean {
  for (const key in a) if (!equal(a[key], b[key])) return false
  for (const key in b) if (a[key] === undefined && b[key] !== undefined) return false
  return true
}
