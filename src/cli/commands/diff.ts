import {ask} from '../../cluster/control.ts'
import {proxyConfiguration} from '../../cluster/proxy-configuration.ts'
import {chooseLab} from '../../cluster/running-labs.ts'
import {portsOf, type RuleStage, type ServiceRules, serviceRules} from '../../cluster/service-rules.ts'
import {parseObjectReference} from '../../lab/targets.ts'
import {nth, parseCidr} from '../../net/cidr.ts'
import {parseIp} from '../../net/ip.ts'
import {proxyConfigMap, readProxyConfiguration} from '../../node/proxy/configuration.ts'
import {contextOf, type ProxyContext} from '../../node/proxy/proxy-mode.ts'
import {servicePorts} from '../../node/proxy/service-port.ts'
import type {ConfigMap} from '../../objects/config-map.ts'
import type {EndpointSlice} from '../../objects/endpoint-slice.ts'
import type {Node} from '../../objects/node.ts'
import type {Service} from '../../objects/service.ts'
import {type CommandRun, UsageError} from '../command.ts'
import {exitCode} from '../exit-code.ts'

/** Shows one Service's rules as two modes of kube-proxy write them, side by side: decided from what the API holds, none is written. */
export const run: CommandRun = async ([what, first, second, word], options) => {
  if (what !== 'rules') throw new UsageError(`podlab diff knows rules, not "${what}"`)
  const modes = [first, second].map(mode => modeNamed(String(mode)))
  const {kind, name} = parseObjectReference(String(word))
  if (kind !== 'Service') throw new UsageError(`only Services have such rules; expected svc/NAME, not ${word}`)
  const {session} = await chooseLab(options.lab as string | undefined)
  const [lab, services, slices, nodes, configMap] = await Promise.all([
    ask(session.socket, 'lab', {}),
    ask(session.socket, 'list', {kind: 'Service'}) as Promise<readonly Service[]>,
    ask(session.socket, 'list', {kind: 'EndpointSlice'}) as Promise<readonly EndpointSlice[]>,
    ask(session.socket, 'list', {kind: 'Node'}) as Promise<readonly Node[]>,
    ask(session.socket, 'get', {kind: 'ConfigMap', ...proxyConfigMap}) as Promise<ConfigMap | null>,
  ])
  const namespace = String(options.namespace)
  const ports = portsOf(servicePorts(services, slices), {namespace, name})
  if (ports.length === 0) {
    process.stderr.write(`${whyNone(services, {namespace, name})}\n`)
    return exitCode.failed
  }
  const node = nodeNamed(options.node as string | undefined, nodes)
  const {serviceRange} = lab.cluster
  const context = contextOf(
    {...ofNode(node), serviceRange},
    await (configMap ? readProxyConfiguration(configMap) : proxyConfiguration(lab)),
  )
  const all = modes.map(mode => ({mode, rules: serviceRules[mode](ports, context)}))
  process.stdout.write(
    `Service ${namespace}/${name} on ${node.metadata.name}: what kube-proxy writes\n\n${stages(all)}`,
  )
  return exitCode.good
}

type Mode = keyof typeof serviceRules

function modeNamed(name: string): Mode {
  if (Object.hasOwn(serviceRules, name)) return name as Mode
  throw new UsageError(`no mode is named "${name}"; expected two of ${Object.keys(serviceRules).join(', ')}`)
}

function nodeNamed(name: string | undefined, nodes: readonly Node[]): Node {
  const found = name === undefined ? nodes[0] : nodes.find(({metadata}) => metadata.name === name)
  if (found) return found
  const names = nodes.map(({metadata}) => metadata.name).join(', ')
  throw new UsageError(`there is no node ${name ?? ''}; the nodes are ${names || 'none'}`)
}

/* Its own address and docker0's. */
function ofNode({metadata, spec, status}: Node): Pick<ProxyContext, 'nodeName' | 'nodeIp' | 'addresses'> {
  const ip = status?.addresses?.find(({type}) => type === 'InternalIP')?.address
  const bridge = spec?.podCIDR === undefined ? [] : [nth(parseCidr(spec.podCIDR), 1)]
  return {nodeName: metadata.name, ...(ip !== undefined && {nodeIp: parseIp(ip), addresses: [parseIp(ip), ...bridge]})}
}

function whyNone(services: readonly Service[], {namespace, name}: {namespace: string; name: string}): string {
  const there = services.find(({metadata}) => metadata.namespace === namespace && metadata.name === name)
  if (there) return `Service ${namespace}/${name} has no cluster IP and no ports that kube-proxy would write rules for`
  const names = services.filter(({metadata}) => metadata.namespace === namespace).map(({metadata}) => metadata.name)
  return `there is no Service ${namespace}/${name}; there are ${names.join(', ') || 'none'}`
}

const titles: Readonly<Record<RuleStage, string>> = {
  find: 'How a packet finds the Service',
  choose: 'How an endpoint is chosen',
  rewrite: 'What is done to the packet',
}

/* What is no rule's work. */
const elsewhere: Partial<Readonly<Record<Mode, Partial<Readonly<Record<RuleStage, string>>>>>> = {
  userspace: {
    choose: 'no rule; kube-proxy itself takes the connection, and the endpoints in turns',
    rewrite: "no rule; kube-proxy makes a connection of its own to the endpoint, from the node's address",
  },
}

function stages(all: readonly {readonly mode: Mode; readonly rules: ServiceRules}[]): string {
  return (Object.keys(titles) as RuleStage[])
    .map(stage => {
      const parts = all.map(({mode, rules}) => {
        const lines = rules[stage].map(line => `    ${line}\n`).join('')
        return `  ${mode}: ${elsewhere[mode]?.[stage] ?? count(rules[stage].length)}\n${lines}`
      })
      return `${titles[stage]}\n${parts.join('')}`
    })
    .join('\n')
}

function count(number: number): string {
  return number === 0 ? 'nothing' : number === 1 ? 'one' : `${number}`
}
