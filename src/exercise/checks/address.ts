import type {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {isMapping} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {type Limits, typed} from '../command.ts'
import {askTool, type Entry, field, showEntries, someEntry} from '../evidence.ts'
import {addressOrPrefix, link} from '../network-words.ts'
import {fillAddresses, placeOf} from '../places.ts'

const form = parameters(
  {
    in: target.describe('Whose link: node/NAME, pod/NAME'),
    dev: link.describe('The link, like docker0'),
    is: addressOrPrefix.describe('The address, with or without its prefix: 172.17.12.1/24'),
  },
  '5s',
)

type Parameters = z.infer<typeof form>

/** A link has an address. */
export const address: Check<Parameters> = {
  summary: 'A link has an address',
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: ({in: place, dev, is}) => `${dev} in ${place} has ${is}`,
  look: lookOnce,
}

async function lookOnce(wanted: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(wanted.in, lab)
  const is = await fillAddresses(wanted.is, lab)
  const question = ['address', 'show', 'dev', wanted.dev]
  const evidence = await askTool(lab, place, ['ip', '-j', ...question], limits)
  const isIt = (address: string) => (is.includes('/') ? address === is : address.split('/')[0] === is)
  return {
    holds: someEntry(evidence, entry => addressesOf(entry).some(isIt)),
    expected: `${wanted.dev} in ${place} has ${is}`,
    seen: showEntries(evidence, entry => addressesOf(entry).join(', ') || 'no address', 'no address'),
    command: typed(lab, place, ['ip', ...question]),
  }
}

function addressesOf({addr_info: all}: Entry): readonly string[] {
  const entries = Array.isArray(all) ? all.filter(isMapping) : []
  return entries
    .filter(entry => field(entry, 'family') === 'inet')
    .map(entry => `${field(entry, 'local')}/${field(entry, 'prefixlen')}`)
}
