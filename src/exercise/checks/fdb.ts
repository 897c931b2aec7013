import type {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {type Limits, typed} from '../command.ts'
import {askTool, type Entry, field, line, showEntries, someEntry} from '../evidence.ts'
import {address, link, mac} from '../network-words.ts'
import {fillAddresses, placeOf} from '../places.ts'

const form = parameters(
  {
    in: target.describe('Whose forwarding database: node/NAME'),
    dev: link.describe("The link: a vxlan device, a bridge's port"),
    mac: mac.optional().describe('A MAC address'),
    to: address.optional().describe('The node behind which it is, of a vxlan device: its address, or {node/NAME}'),
  },
  '5s',
).refine(({mac, to}) => mac !== undefined || to !== undefined, 'this would pass with any entry; say mac, to or both')

type Parameters = z.infer<typeof form>

/**
 * A bridge's or a vxlan device's forwarding database: which MAC address is behind which port or, for vxlan, behind which node. Where
 * the entry is missing, a vxlan device without learning drops the frame.
 */
export const fdb: Check<Parameters> = {
  summary: 'The forwarding database knows where a MAC address is',
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(written: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(written.in, lab)
  const {dev} = written
  const wanted = written.to === undefined ? written : {...written, to: await fillAddresses(written.to, lab)}
  const question = ['fdb', 'show', 'dev', dev]
  const evidence = await askTool(lab, place, ['bridge', '-j', ...question], limits)
  return {
    holds: someEntry(evidence, entry => isWanted(entry, wanted)),
    expected: expectation(wanted),
    seen: showEntries(evidence, print, `the forwarding database of ${dev} is empty`),
    command: typed(lab, place, ['bridge', ...question]),
  }
}

function isWanted(entry: Entry, {mac, to}: Parameters): boolean {
  return (
    (mac === undefined || field(entry, 'mac') === mac.toLowerCase()) && (to === undefined || field(entry, 'dst') === to)
  )
}

function print(entry: Entry): string {
  return line(
    field(entry, 'mac') ?? '',
    ['dst', field(entry, 'dst')],
    ['master', field(entry, 'master')],
    field(entry, 'state') ?? '',
  )
}

function expectation({in: place, dev, mac, to}: Parameters): string {
  return `in ${place}, ${dev}: ${line(mac ?? 'any MAC', ['dst', to])}`
}
