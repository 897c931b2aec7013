import {nftChangeBetween, readsTable} from './change.ts'
import {isLargeTable} from './parts.ts'
import type {NftPlan} from './table.ts'

/**
 * Before nft deletes a chain it reads all chains that there are: among forty thousand that takes longer than all else. So of a large table chains that
 * have no use any more are only emptied at first, as kube-proxy does, and go when there is nothing else to do, or when something else has nft read anyway.
 */
export function keepingChains(previous: NftPlan | undefined, next: NftPlan): NftPlan {
  if (previous?.table === undefined || next.table === undefined || !isLargeTable(next.table)) return next
  const commands = nftChangeBetween(previous, next)?.commands ?? []
  const gone = commands.flatMap(command => /^delete chain \S+ \S+ (\S+)$/.exec(command)?.[1] ?? [])
  const rest = commands.filter(command => !command.startsWith('delete chain '))
  if (gone.length === 0 || gone.length > mostKept || rest.length === 0 || readsTable(rest)) return next
  return {...next, leaving: gone}
}

const mostKept = 1000

/** Without those that have only been emptied; the same plan when there are none. */
export function withoutLeavingChains({leaving, ...plan}: NftPlan): NftPlan {
  return plan
}
