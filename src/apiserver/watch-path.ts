/** A path of words and its query. */
export type Asked = {readonly path: readonly string[]; readonly query: URLSearchParams}

/**
 * What an old way to ask for a watch means: `/api/v1/watch/namespaces/default/pods/web` is a watch of the pods of this name. Other paths
 * stay as they are.
 */
export function watchPath(path: readonly string[], query: URLSearchParams): Asked {
  const head = path[0] === 'api' ? 2 : 3
  if (!['api', 'apis'].includes(path[0] ?? '') || path[head] !== 'watch') return {path, query}
  const rest = path.slice(head + 1)
  const collection = rest[0] === 'namespaces' && rest.length > 2 ? 3 : 1
  const name = rest[collection]
  const wanted = new URLSearchParams(query)
  wanted.set('watch', 'true')
  if (name !== undefined) {
    const before = query.get('fieldSelector')
    wanted.set('fieldSelector', `${before ? `${before},` : ''}metadata.name=${name}`)
  }
  return {path: [...path.slice(0, head), ...rest.slice(0, collection), ...rest.slice(collection + 1)], query: wanted}
}
