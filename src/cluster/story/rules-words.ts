import type {IptablesRule, RulesChange} from '../../kernel/ruleset.ts'
import {few} from './values.ts'

/** Which of a node's rules somebody asks for: those of Services, and those that lead to addresses. */
export type Interest = {
  /** `default/kubia`. */
  readonly services: ReadonlySet<string>
  readonly addresses: ReadonlySet<string>
}

/**
 * What of a change of kube-proxy's rules concerns somebody, in words. `known` holds the chains that did before: one that is removed
 * says no more of itself than its name.
 */
export function rulesWords(change: RulesChange, interest: Interest, known: Set<string>): readonly string[] {
  const tables = Object.values(change.tables)
  const rewritten = tables.flatMap(({rewrite}) =>
    Object.entries(rewrite).filter(([chain, rules]) => isOwn(chain) && concerns(rules, interest)),
  )
  const removed = tables.flatMap(({remove}) => remove.filter(chain => known.has(chain)))
  for (const chain of removed) known.delete(chain)
  for (const [chain] of rewritten) known.add(chain)
  return [
    ...rewritten.filter(([chain]) => !isEndpoint(chain)).map(([chain, rules]) => serviceWords(chain, rules)),
    ...endpointWords(rewritten.filter(([chain]) => isEndpoint(chain))),
    ...(removed.length > 0 ? [`removed ${few(removed, 2)}`] : []),
    ...portals(change, interest, known),
    ...refusals(change, interest),
  ]
}

/** Chains that one Service or one of its endpoints has for itself. */
function isOwn(chain: string): boolean {
  return /^KUBE-(SVC|SVL|EXT|SEP|FW|XLB)-/.test(chain)
}

function isEndpoint(chain: string): boolean {
  return chain.startsWith('KUBE-SEP-')
}

function serviceWords(chain: string, rules: readonly IptablesRule[]): string {
  const endpoints = rules.filter(({target}) => target?.target === 'jump' && isEndpoint(target.chain)).length
  if (endpoints === 0) return `wrote ${chain}`
  return `wrote ${chain}, which draws lots among ${endpoints} endpoint${endpoints === 1 ? '' : 's'}`
}

function endpointWords(chains: readonly (readonly [string, readonly IptablesRule[]])[]): readonly string[] {
  const destinations = chains.flatMap(([, rules]) => destinationsOf(rules))
  if (destinations.length === 0) return []
  return [
    `wrote ${chains.length === 1 ? chains[0]?.[0] : `${chains.length} KUBE-SEP chains`}: to ${few(destinations, 3)}`,
  ]
}

function destinationsOf(rules: readonly IptablesRule[]): readonly string[] {
  return rules.flatMap(({target}) => (target?.target === 'DNAT' ? [target.to] : []))
}

function concerns(rules: readonly IptablesRule[], {services, addresses}: Interest): boolean {
  return rules.some(
    rule =>
      commentsOf(rule).some(text => services.has(serviceIn(text))) ||
      destinationsOf([rule]).some(to => addresses.has(to.slice(0, to.lastIndexOf(':')))),
  )
}

/** In userspace mode rules lead to kube-proxy itself. They stand in a chain with those of all other Services, so they are told when they are new. */
function portals({tables}: RulesChange, {services}: Interest, known: Set<string>): readonly string[] {
  const rules = tables.nat?.rewrite['KUBE-PORTALS-CONTAINER'] ?? []
  const words = rules.flatMap(rule => {
    const [name = ''] = commentsOf(rule)
    if (rule.target?.target !== 'REDIRECT' || !services.has(serviceIn(name))) return []
    return [`led ${name.replace(/:$/, '')} to its own port ${rule.target.ports}`]
  })
  const news = [...new Set(words)].filter(text => !known.has(text))
  for (const text of news) known.add(text)
  return news
}

/** A Service without endpoints has a rule that refuses. */
function refusals({tables}: RulesChange, {services}: Interest): readonly string[] {
  const rules = Object.values(tables.filter?.rewrite ?? {}).flat()
  const refused = rules.filter(
    rule => rule.target?.target === 'REJECT' && commentsOf(rule).some(text => services.has(serviceIn(text))),
  )
  return refused.length > 0 ? ['wrote a rule that refuses: there are no endpoints'] : []
}

function commentsOf({matches}: IptablesRule): readonly string[] {
  return matches.flatMap(match => (match.match === 'comment' ? [match.text] : []))
}

/** `default/kubia:http cluster IP` → `default/kubia`. */
function serviceIn(comment: string): string {
  return /^[^\s:]+/.exec(comment)?.[0] ?? ''
}
