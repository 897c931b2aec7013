import type {Json} from './json.ts'

type Arrangement = {
  readonly merged: readonly Json[]
  readonly order: readonly Json[]
  readonly known: readonly Json[]
  identity(item: Json): Json
}

/**
 * Two queues become one list: the items that the order names, in that order, and the others, as the server knew them. One of the
 * others goes first only when it stood before the next named item already.
 */
export function arrange({merged, order, known, identity}: Arrangement): readonly Json[] {
  const wanted = placesOf(order, identity)
  const stood = placesOf(known, identity)
  const place = (item: Json, places: ReadonlyMap<Json, number>) =>
    places.get(identity(item)) ?? Number.POSITIVE_INFINITY
  const named = merged.filter(item => wanted.has(identity(item)))
  const others = merged.filter(item => !wanted.has(identity(item)))
  named.sort((a, b) => place(a, wanted) - place(b, wanted) || 0)
  others.sort((a, b) => place(a, stood) - place(b, stood) || 0)
  const result: Json[] = []
  let next = 0
  for (const item of named) {
    const limit = place(item, stood)
    for (let other = others[next]; other !== undefined; other = others[++next]) {
      const at = place(other, stood)
      if (!Number.isFinite(limit) || !(at < limit)) break
      result.push(other)
    }
    result.push(item)
  }
  return [...result, ...others.slice(next)]
}

function placesOf(list: readonly Json[], identity: (item: Json) => Json): ReadonlyMap<Json, number> {
  const places = new Map<Json, number>()
  for (const [place, item] of list.entries()) if (!places.has(identity(item))) places.set(identity(item), place)
  return places
}
