import type {IptablesMatch} from '../../kernel/ruleset.ts'
import {hostCidr} from '../../net/cidr.ts'
import {familyOf} from '../../net/ip.ts'
import {comment, jump, natRow, type Row} from './rule.ts'
import {type Endpoint, type ServicePort, socketAddress} from './service-port.ts'

/** An endpoint and its chain, `KUBE-SEP-...`. */
export type Target = {readonly endpoint: Endpoint; readonly chain: string}

/** A set of endpoints, and the chain in which one of them is drawn. */
export type Choice = {readonly chain: string; readonly targets: readonly Target[]}

/** In a large cluster the rules of endpoints go without comments, which saves half of the text. */
export type Commenting = {readonly commentEndpoints: boolean}

/**
 * A client that is remembered goes to its endpoint again. Any other draws lots: the first of n endpoints takes one packet in n,
 * the next one in n - 1 of the rest, the last all that is left; so each takes the same share.
 */
export function balancingRows(
  port: ServicePort,
  {chain: from, targets}: Choice,
  {commentEndpoints}: Commenting,
): Row[] {
  const row = ({endpoint, chain}: Target, conditions: readonly IptablesMatch[]) => {
    const text = commentEndpoints ? [comment(`${port.name} -> ${socketAddress(endpoint)}`)] : []
    return natRow(from, {matches: [...text, ...conditions], target: jump(chain)})
  }
  const {affinitySeconds: seconds} = port
  const remembered = seconds === undefined ? [] : targets.map(target => row(target, remembers(target, seconds)))
  return [...remembered, ...targets.map((target, index) => row(target, lots(targets.length - index)))]
}

/** Whether a client is on an endpoint's list. */
export function remembers({endpoint, chain: list}: Target, seconds: number): IptablesMatch[] {
  return [{match: 'recent', do: 'rcheck', list, seconds, reap: true, ...addressed(endpoint)}]
}

/* The list has addresses of the endpoint's family. */
function addressed({ip}: Endpoint): {readonly family?: 'IPv6'} {
  return familyOf(ip) === 'IPv6' ? {family: 'IPv6'} : {}
}

/** One packet in so many as there are endpoints left. kube-proxy writes ten digits, so 1/3 is 0.3333333333. */
export function lots(left: number): IptablesMatch[] {
  return left === 1 ? [] : [{match: 'statistic', probability: Number((1 / left).toFixed(10))}]
}

/** A pod that reaches itself through its Service would answer itself past the node: its packets are masqueraded, too. */
export function endpointRows(port: ServicePort, {endpoint, chain}: Target, {commentEndpoints}: Commenting): Row[] {
  const text = commentEndpoints ? [comment(port.name)] : []
  const remember: IptablesMatch[] =
    port.affinitySeconds === undefined ? [] : [{match: 'recent', do: 'set', list: chain, ...addressed(endpoint)}]
  return [
    natRow(chain, {
      matches: [{match: 'source', net: hostCidr(endpoint.ip)}, ...text],
      target: jump('KUBE-MARK-MASQ'),
    }),
    natRow(chain, {
      matches: [
        {match: 'protocol', protocol: port.protocol},
        ...text,
        ...remember,
        {match: 'module', name: port.protocol},
      ],
      target: {target: 'DNAT', to: socketAddress(endpoint)},
    }),
  ]
}
