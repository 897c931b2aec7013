import type {Kernel} from '../kernel/kernel.ts'
import {printIptablesRule} from '../kernel/rules/iptables.ts'
import type {Ruleset, RulesPlan} from '../kernel/ruleset.ts'
import type {PacketPlan} from './plan.ts'

/**
 * Components that leave their own alone as soon as a hand has changed something of it: `reconcile: never`. A component sees that when it is
 * about to write: what is there is not what it has left there. On a node they stand in an annotation.
 */
export const handsOffAnnotation = 'podlab.dev/reconcile-never'

/** Components that can be told so. Docker cannot: it writes its bridge once, and never looks again. */
export const handsOffComponents = ['kube-proxy', 'flannel'] as const
export type HandsOffComponent = (typeof handsOffComponents)[number]

/** Whether the annotations of a node tell a component so. */
export function handWins(annotations: Readonly<Record<string, string>> = {}, component: HandsOffComponent): boolean {
  return (annotations[handsOffAnnotation] ?? '').split(',').some(name => name.trim() === component)
}

/** What plans have in the kernel, as a text that is the same as long as nobody changes anything of it. */
export async function printOf(
  plans: readonly PacketPlan[],
  netns: string,
  kernel: Pick<Kernel, 'observeRules' | 'observeTable'>,
): Promise<string> {
  const texts: string[] = []
  for (const plan of plans)
    if (plan.backend === 'nftables') texts.push(JSON.stringify(await kernel.observeTable(netns, plan)))
    else if (plan.backend === 'iptables') texts.push(...ownRules(await kernel.observeRules(netns, plan.family), plan))
  return texts.join('\n')
}

/** Its chains with all that is in them, and the jumps that it has put into others. */
function ownRules({tables}: Ruleset, plan: RulesPlan): readonly string[] {
  return Object.entries(tables).flatMap(([name, chains]) => {
    const wanted = plan.tables[name as keyof typeof tables]?.chains ?? {}
    const isOwn = (chain: string) => chain in wanted || plan.prefixes.some(prefix => chain.startsWith(prefix))
    return Object.entries(chains).flatMap(([chain, {rules}]) => [
      ...(isOwn(chain) ? [`${name} ${chain}`] : []),
      ...rules
        .filter(({target}) => isOwn(chain) || (target && 'chain' in target && isOwn(target.chain)))
        .map(rule => `${name} ${printIptablesRule(chain, rule)}`),
    ])
  })
}
