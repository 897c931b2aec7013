import type {IptablesTarget} from '../ruleset.ts'
import {hex} from './print-match.ts'

/** The words of what a rule does, `-j` or `-g` first. */
export function printTarget(target: IptablesTarget): string {
  switch (target.target) {
    case 'jump':
      return `-j ${target.chain}`
    case 'goto':
      return `-g ${target.chain}`
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
      return `-j ${target.target}`
    case 'REJECT':
      return `-j REJECT --reject-with ${target.with}`
    case 'MARK':
      return `-j MARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`
    case 'MASQUERADE':
      return `-j MASQUERADE${target.randomFully ? ' --random-fully' : ''}`
    case 'DNAT':
      return `-j DNAT --to-destination ${target.to}`
    case 'SNAT':
      return `-j SNAT --to-source ${target.to}`
    case 'REDIRECT':
      return `-j REDIRECT${target.ports === undefined ? '' : ` --to-ports ${target.ports}`}`
    case 'other':
      return target.words.join(' ')
  }
}

/** Reads what follows a rule's conditions; what would not print back exactly as it is written stays as words. */
export function parseTarget(words: readonly string[]): IptablesTarget {
  const target = known(words)
  return printTarget(target) === words.join(' ') ? target : {target: 'other', words}
}

function known(words: readonly string[]): IptablesTarget {
  const [flag, name = '', option, value = ''] = words
  if (flag === '-g') return {target: 'goto', chain: name}
  if (extensions.has(name)) return {target: 'other', words}
  return actions[name]?.(value, option) ?? {target: 'jump', chain: name}
}

type Action = (value: string, option: string | undefined) => IptablesTarget

const actions: Readonly<Record<string, Action>> = {
  ACCEPT: () => ({target: 'ACCEPT'}),
  DROP: () => ({target: 'DROP'}),
  RETURN: () => ({target: 'RETURN'}),
  REJECT: value => ({target: 'REJECT', with: value}),
  MARK: value => {
    const [mark, mask] = value.split('/')
    return {target: 'MARK', value: Number(mark), mask: Number(mask)}
  },
  MASQUERADE: (_, option) => ({target: 'MASQUERADE', ...(option === undefined ? {} : {randomFully: true})}),
  DNAT: value => ({target: 'DNAT', to: value}),
  SNAT: value => ({target: 'SNAT', to: value}),
  REDIRECT: (value, option) => ({target: 'REDIRECT', ...(option === undefined ? {} : {ports: value})}),
}

/** Targets that iptables would not take as the name of a chain, and that may stand without options. */
const extensions: ReadonlySet<string> = new Set(
  'AUDIT CHECKSUM CLASSIFY CONNMARK CONNSECMARK CT DSCP ECN HL HMARK IDLETIMER LED LOG NETMAP NFLOG NFQUEUE NOTRACK QUEUE RATEEST SECMARK SET SYNPROXY TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG'.split(
    ' ',
  ),
)
