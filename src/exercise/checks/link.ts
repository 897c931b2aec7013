import {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {isMapping} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {type Limits, typed} from '../command.ts'
import {askTool, type Entry, field, showEntries, someEntry} from '../evidence.ts'
import {link as linkName} from '../network-words.ts'
import {placeOf} from '../places.ts'

const form = parameters(
  {
    in: target.describe('Whose link: node/NAME, pod/NAME'),
    dev: linkName.describe('The link, like flannel.1'),
    up: z.boolean().optional().describe('Whether it is set up'),
    mtu: z.int().min(68).max(65536).optional().describe('The largest packet, in bytes'),
    master: linkName.optional().describe('The bridge that it is a port of'),
    type: z.string().min(1).optional().describe('veth, bridge, vxlan, tun, dummy, loopback, ...'),
  },
  '5s',
)

type Parameters = z.infer<typeof form>

/** A link exists and is set as wanted. */
export const link: Check<Parameters> = {
  summary: 'A link is there, and set up as wanted',
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.in, lab)
  const evidence = await askTool(lab, place, ['ip', '-d', '-j', 'link', 'show', 'dev', wanted.dev], limits)
  return {
    holds: someEntry(evidence, entry => isWanted(factsOf(entry), wanted)),
    seen: showEntries(evidence, entry => print(factsOf(entry)), `there is no link ${wanted.dev}`),
    command: typed(lab, place, ['ip', 'link', 'show', 'dev', wanted.dev]),
  }
}

type Facts = {readonly up: boolean; readonly mtu: number; readonly master: string | undefined; readonly type: string}

function factsOf(entry: Entry): Facts {
  const {flags, linkinfo} = entry
  return {
    up: Array.isArray(flags) && flags.includes('UP'),
    mtu: Number(field(entry, 'mtu')),
    master: field(entry, 'master'),
    type: (isMapping(linkinfo) ? field(linkinfo, 'info_kind') : undefined) ?? field(entry, 'link_type') ?? 'unknown',
  }
}

function isWanted(facts: Facts, {up, mtu, master, type}: Parameters): boolean {
  return Object.entries({up, mtu, master, type}).every(
    ([name, value]) => value === undefined || facts[name as keyof Facts] === value,
  )
}

function print({up, mtu, master, type}: Facts): string {
  return [type, up ? 'up' : 'down', `mtu ${mtu}`, master === undefined ? 'no master' : `master ${master}`].join(', ')
}

function expectation({in: place, dev, up, mtu, master, type}: Parameters): string {
  return [
    `${dev} in ${place}`,
    ...(type === undefined ? [] : [type]),
    ...(up === undefined ? [] : [up ? 'up' : 'down']),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    ...(master === undefined ? [] : [`master ${master}`]),
    ...([up, mtu, master, type].every(rule => rule === undefined) ? ['is there'] : []),
  ].join(', ')
}
