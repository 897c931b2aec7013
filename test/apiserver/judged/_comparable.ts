/** What differs from run to run: its value stands as `~`. */
const fleeting = new Set(['uid', 'creationTimestamp', 'deletionTimestamp', 'resourceVersion', 'continue', 'time'])

/** An answer without what differs from run to run: identities, times, revisions, and what the server chose at random. */
export function comparable(value: unknown, {managedFields}: {managedFields: boolean}): unknown {
  return walk(value, '')

  function walk(inner: unknown, key: string): unknown {
    if (Array.isArray(inner)) return inner.map(item => walk(item, key))
    if (typeof inner === 'object' && inner !== null) return walkFields(inner)
    return comparableLeaf(inner, key)
  }

  function walkFields(fields: object): unknown {
    const entries = Object.entries(fields)
      .filter(([key]) => managedFields || key !== 'managedFields')
      .map(([key, inner]) => [key, walk(inner, key)] as const)
    const walked = Object.fromEntries(entries)
    return typeof walked.generateName === 'string' && walked.name
      ? {...walked, name: `${walked.generateName}~`}
      : walked
  }
}

function comparableLeaf(leaf: unknown, key: string): unknown {
  if (typeof leaf === 'number') return key === 'nodePort' && chosenPort(leaf) ? '~' : leaf
  if (typeof leaf !== 'string') return leaf
  return fleeting.has(key) && leaf !== '' ? '~' : comparableText(leaf)
}

/** Ports 31000 to 31099 and addresses in 10.96.77.0/24 are those that requests ask for. */
function chosenPort(port: number): boolean {
  return port >= 30000 && port <= 32767 && !(port >= 31000 && port < 31100)
}

function comparableText(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '~')
    .replace(/\b10\.96\.(?!77\.)\d+\.\d+\b/g, '10.96.~')
    .replace(/^\d+s$/, '~')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, '~')
    .replace(/(resource version: )\d+( \(\d+\)|, current: \d+)?/g, '$1~')
    .replace(/(ResourceVersion in record \()\d+/, '$1~')
    .replace(/\(0x[0-9a-f]+\)/g, '(~)')
}
