import {networkOf} from '../../net/cidr.ts'
import {familyOf} from '../../net/ip.ts'
import type {Op} from '../op.ts'
import type {LinkAddress} from '../state.ts'
import {missing, surplus} from './sets.ts'

/** What to do about addresses; `bare` are the links that are without any of a family for a moment, and so lose routes and neighbours. */
export type AddressChanges = {
  readonly remove: readonly Op[]
  readonly add: readonly Op[]
  readonly bare: ReadonlySet<string>
}

/**
 * Of several addresses in one network on a link, Linux calls the first the primary and the others its secondaries; when the
 * primary goes, they go too. Which is which is not in the state, so when one goes, all in its network count as gone.
 */
export function diffAddresses(observed: readonly LinkAddress[], wanted: readonly LinkAddress[]): AddressChanges {
  const going = surplus(observed, wanted, text)
  const struck = new Set(going.map(network))
  const staying = observed.filter(address => !struck.has(network(address)))
  const addressed = new Set(staying.map(place))
  return {
    remove: going.map(address => ({op: 'deleteAddress', address})),
    add: missing(staying, wanted, text).map(address => ({op: 'addAddress', address})),
    bare: new Set(going.filter(address => !addressed.has(place(address))).map(({link}) => link)),
  }
}

function place({link, address}: LinkAddress): string {
  return `${link} ${familyOf(address)}`
}

function text({link, address}: LinkAddress): string {
  return `${link} ${address}`
}

function network({link, address}: LinkAddress): string {
  return `${link} ${networkOf(address)}`
}
