import type {Op} from '../op.ts'
import type {Route} from '../state.ts'
import {missing, surplus} from './sets.ts'

/**
 * A route that changes its gateway or link is replaced at one stroke, never deleted first. Only when a hand has given one
 * destination several routes (with metrics) do those that are not wanted go first.
 */
export function diffRoutes(
  observed: readonly Route[],
  {wanted, survives}: {wanted: readonly Route[]; survives: (route: Route) => boolean},
): {readonly remove: readonly Op[]; readonly add: readonly Op[]} {
  const going = surplus(observed, wanted, text)
  const add = missing(observed.filter(survives), wanted, text)
  const replaced = new Set(add.map(({to}) => to))
  const rivals = Map.groupBy(going, ({to}) => to)
  const remove = going.filter(({to}) => !replaced.has(to) || (rivals.get(to)?.length ?? 0) > 1)
  return {
    remove: remove.map(route => ({op: 'deleteRoute', route})),
    add: add.toSorted((a, b) => rank(a) - rank(b)).map(route => ({op: 'replaceRoute', route})),
  }
}

/** The kernel takes a gateway only when it already has a way to it: routes that are on the link come first. */
function rank({via, onlink}: Route): number {
  return via === undefined || onlink ? 0 : 1
}

function text({to, via, link, onlink}: Route): string {
  return `${to} ${via} ${link} ${onlink === true}`
}
