/** The letters that generated names are made of. */
const letters = 'bcdfghjklmnpqrstvwxz2456789'

/**
 * A short word for a value, the same whenever the value is: what tells the pods of one template from those of another. It is a
 * 32-bit FNV-1a hash, its decimal digits in letters that spell nothing. `collisions` gives another word for the same value.
 */
export function hashWord(value: unknown, collisions?: number): string {
  const text = canonical(value) + (collisions === undefined ? '' : `#${collisions}`)
  return safeEncode(`${fnv1a(Buffer.from(text))}`)
}

export function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}

/** Each character by the letter at its code: `2269902394` becomes `66bff467f8`. */
export function safeEncode(text: string): string {
  return [...text].map(character => letters[character.charCodeAt(0) % letters.length]).join('')
}

/** JSON with its keys in order, and without what is undefined. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`
}
