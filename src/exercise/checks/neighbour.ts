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
    in: target.describe('Whose neighbours: node/NAME, pod/NAME'),
    address: address.describe("The neighbour's IP address; may be {pod/NAME} or {node/NAME}"),
    mac: mac.optional().describe('Its MAC address; any when left out'),
    dev: link.optional().describe('The link behind which it is'),
  },
  '5s',
)

type Parameters = z.infer<typeof form>

/** A neighbour's MAC address is known, learned by ARP or written down. */
export const neighbour: Check<Parameters> = {
  summary: "A neighbour's MAC address is known",
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.in, lab)
  const address = await fillAddresses(wanted.address, lab)
  const question = ['neighbour', 'show', 'to', address]
  const evidence = await askTool(lab, place, ['ip', '-j', ...question], limits)
  return {
    holds: someEntry(evidence, entry => isWanted(entry, wanted)),
    expected: expectation({...wanted, address}),
    seen: showEntries(evidence, print, `${address} is not among the neighbours`),
    command: typed(lab, place, ['ip', ...question]),
  }
}

/* An entry without a MAC address is a question that nobody has answered (INCOMPLETE, FAILED). */
function isWanted(entry: Entry, {mac, dev}: Parameters): boolean {
  const known = field(entry, 'lladdr')
  return (
    known !== undefined &&
    (mac === undefined || known === mac.toLowerCase()) &&
    (dev === undefined || field(entry, 'dev') === dev)
  )
}

function print(entry: Entry): string {
  const {state} = entry
  return line(
    field(entry, 'dst') ?? '',
    ['dev', field(entry, 'dev')],
    ['lladdr', field(entry, 'lladdr')],
    ...(Array.isArray(state) ? state.map(String) : []),
  )
}

function expectation({in: place, address, mac, dev}: Parameters): string {
  return `in ${place}: ${line(address, ['dev', dev], ['lladdr', mac ?? 'any'])}`
}
