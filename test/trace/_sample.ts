import {type Caller, callsOf, nodeOf, type Target} from './_calls.ts'
import type {TableService} from './_services.ts'

/** A row of the table. */
export type Row = {readonly service: TableService; readonly from: Caller; readonly to: Target}

export function rowsOf(services: readonly TableService[]): readonly Row[] {
  return services.flatMap(service => callsOf(service).map(call => ({service, ...call})))
}

/**
 * Few rows, where each takes long: of every Service one by each way of calling it (its own node's port and another's are two), in turns by each caller, so
 * that under each policy everybody calls by every way. What is called at one Service only, everybody calls.
 */
export function sampleOf(services: readonly TableService[], start = 0): readonly Row[] {
  const turns = new Map<string, number>()
  return services.flatMap(service => {
    const byWay = Map.groupBy(rowsOf([service]), row => wayOf(row))
    return [...byWay].flatMap(([way, rows]) => {
      if (way === 'unusedPort' || way === 'endpoint') return rows
      const group = `${way} ${service.external} ${service.internal}`
      const turn = turns.get(group) ?? start
      turns.set(group, turn + 1)
      const chosen = rows[(turn * stride) % rows.length]
      return chosen ? [chosen] : []
    })
  })
}

/* Prime to the numbers of callers by each way, so that each has its turn. */
const stride = 5

/** How a row calls, whoever does. */
export function wayOf({from, to}: Row): string {
  if (typeof to === 'string') return to
  if ('nodePort' in to) return to.nodePort === nodeOf(from) ? 'own node port' : 'node port'
  return Object.keys(to).join()
}
