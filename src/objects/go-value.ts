/**
 * A value as Kubernetes prints it in its messages. The API server is written in Go and prints what it was given in Go's
 * notation: strings quoted, lists as `[]string{"10.0.0.1"}`, labels as `map[string]string{"app":"kubia"}`.
 */
export function goValue(value: unknown): string {
  if (Array.isArray(value)) return `[]string{${value.map(item => JSON.stringify(item)).join(', ')}}`
  if (typeof value === 'object' && value !== null) return goMap(value)
  return JSON.stringify(value) ?? 'null'
}

function goMap(map: object): string {
  const pairs = Object.entries(map)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return `map[string]string{${pairs.join(', ')}}`
}
