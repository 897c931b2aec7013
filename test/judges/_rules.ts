/**
 * Rules as they can be compared: `TABLE CHAIN` and its rules, without counters. A program in Go walks through its Services in no order: where
 * each has a rule of its own in a chain of all, the order says nothing.
 */
export type Rules = Readonly<Record<string, readonly string[]>>

const unordered = /^\S+ KUBE-(SERVICES|NODEPORTS|EXTERNAL-SERVICES|PROXY-FIREWALL|PORTALS-\w+|NODEPORT-\S+)$/

/** What iptables-save says of chains of kube-proxy, and of jumps to them. */
export function iptablesRules(saved: string): Rules {
  const rules: Record<string, string[]> = {}
  let table = ''
  for (const line of saved.split('\n')) {
    const [, name, chain] = /^(?:\*(\w+)|:(KUBE-\S+) .*|.*)$/.exec(line) ?? []
    if (name !== undefined) table = name
    if (chain !== undefined) rules[`${table} ${chain}`] ??= []
    const [, from = ''] = /^-A (\S+)/.exec(line) ?? []
    if (from.startsWith('KUBE-') || / -j KUBE-/.test(line)) {
      rules[`${table} ${from}`] ??= []
      rules[`${table} ${from}`]?.push(line)
    }
  }
  return sorted(rules, name => unordered.test(name))
}

/** The rules of the userspace mode with names in the place of proxy ports, which the real one draws by lot. */
export function withoutProxyPorts(saved: string): string {
  return saved
    .replaceAll(/(REDIRECT --to-ports) \d+$/gm, '$1 PROXY')
    .replaceAll(/^(-A KUBE-(?:PORTALS|NODEPORT)-HOST .*--to-destination [\d.]+):\d+$/gm, '$1:PROXY')
    .replaceAll(/^(-A KUBE-NODEPORT-NON-LOCAL .*--dport) \d+/gm, '$1 PROXY')
}

/** What `nft list table` says: chains, maps and sets, each element a line. What packets have put into sets is nobody's plan. */
export function nftRules(listed: string): Rules {
  const rules: Record<string, string[]> = {}
  let block = ''
  const lines = listed
    .replaceAll(/,\n\s+/g, ',\n')
    .split('\n')
    .map(line => line.trim())
  for (const line of lines) {
    const [, kind, name] = /^(map|set|chain|table ip) (\S+) \{$/.exec(line) ?? []
    if (kind !== undefined) block = `${kind} ${name}`
    else if (line === '}' || line === '') continue
    const said = line
      .replace(/^elements = \{ /, '')
      .replace(/(,| \})$/, match => (block.startsWith('chain') ? match : ''))
    rules[block] ??= []
    if (kind === undefined) rules[block]?.push(said)
  }
  return sorted(rules, name => !name.startsWith('chain'))
}

function sorted(rules: Readonly<Record<string, readonly string[]>>, isUnordered: (name: string) => boolean): Rules {
  const names = Object.keys(rules).toSorted()
  return Object.fromEntries(
    names.map(name => [name, isUnordered(name) ? rules[name]?.toSorted() : rules[name]]) as never,
  )
}

/** What two have differently, line by line: `-` the one's, `+` the other's. */
export function difference(one: Rules, other: Rules): readonly string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])].toSorted()
  return names.flatMap(name => {
    const [a, b] = [one[name], other[name]]
    if (a === undefined) return [`+ ${name}`, ...(b ?? []).map(line => `+ ${line}`)]
    if (b === undefined) return [`- ${name}`, ...a.map(line => `- ${line}`)]
    const left = a.filter(line => !b.includes(line)).map(line => `- ${line}`)
    const right = b.filter(line => !a.includes(line)).map(line => `+ ${line}`)
    if (left.length > 0 || right.length > 0) return [...left, ...right]
    return a.join('\n') === b.join('\n') ? [] : [`! ${name}: ${a.join(' | ')}`, `! ${name}: ${b.join(' | ')}`]
  })
}
