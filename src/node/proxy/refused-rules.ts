import type {KernelError} from '../../kernel/kernel.ts'
import {endpointChain, type ServiceChainKind, serviceChain} from './names.ts'
import type {ServicePort} from './service-port.ts'

/**
 * The kernel refused a rule. As with kube-proxy all Services wait then: what is written goes in as a whole or not at all, so that the rules that were
 * there still stand, those of all Services as they were.
 */
export class RulesRefusedError extends Error {
  override readonly name = 'RulesRefusedError'
  /** `default/kubia:http`; undefined when the rule is no Service's. */
  readonly service: string | undefined
  readonly rule: string | undefined

  constructor(cause: KernelError, ports: readonly ServicePort[]) {
    const service = cause.line === undefined ? undefined : serviceOf(cause.line, ports)
    const whose = service === undefined ? '' : ` of Service ${service}`
    super(`the rules${whose} are refused, and the old ones of all Services stay: ${cause.message}`, {cause})
    this.service = service
    this.rule = cause.line
  }
}

const kinds: readonly ServiceChainKind[] = ['SVC', 'SVL', 'EXT', 'FW', 'XLB']

/** The service port that a rule is of, by the chain that it stands in or leads to, by its comment, or by its name in a table of nftables. */
export function serviceOf(line: string, ports: readonly ServicePort[]): string | undefined {
  const words = new Set(line.split(/[\s"]+/))
  const isNamed = (port: ServicePort) =>
    words.has(port.name) ||
    words.has(`${port.name}:`) ||
    kinds.some(kind => words.has(serviceChain(kind, port))) ||
    port.endpoints.some(endpoint => words.has(endpointChain(port, endpoint))) ||
    line.includes(`-${port.name.replace(/:.*/, '')}/${port.protocol}/`)
  return ports.find(isNamed)?.name
}
