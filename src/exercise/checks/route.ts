import type {z} from 'zod'
import type {LabHandle} from '../../cluster/lab-handle.ts'
import {checked} from '../../lab/shape.ts'
import {target} from '../../lab/step-schema.ts'
import {parseNetwork} from '../../net/cidr.ts'
import {parseIp} from '../../net/ip.ts'
import {type Check, type Finding, parameters} from '../check.ts'
import {type Limits, typed} from '../command.ts'
import {askTool, type Entry, field, line, showEntries, someEntry} from '../evidence.ts'
import {address, link} from '../network-words.ts'
import {fillAddresses, placeOf, withSampleAddresses} from '../places.ts'

const form = parameters(
  {
    in: target.describe('Whose routes: node/NAME, pod/NAME'),
    to: checked(checkTo, '172.17.13.0/24').describe(
      'An address (the route that a packet would take), a network (that very entry of the table), or default',
    ),
    via: address.optional().describe('The next hop'),
    dev: link.optional().describe('The link by which packets leave'),
    src: address.optional().describe('The address that packets from here get as their source'),
  },
  '5s',
)

type Parameters = z.infer<typeof form>

/** Where packets for a destination go, as the kernel says it. */
export const route: Check<Parameters> = {
  summary: 'Packets for a destination take a certain way',
  parameters: form,
  targets: ['in'],
  again: 'after a pause',
  expected: expectation,
  look: lookOnce,
}

async function lookOnce(written: Parameters, lab: LabHandle, limits: Limits): Promise<Finding> {
  const place = await placeOf(written.in, lab)
  const fill = async (text: string | undefined) => (text === undefined ? undefined : fillAddresses(text, lab))
  const [to = '', via, src] = await Promise.all([written.to, written.via, written.src].map(fill))
  const question = ['route', ...(isEntry(to) ? ['show', ...(to === 'default' ? [] : ['exact']), to] : ['get', to])]
  const evidence = await askTool(lab, place, ['ip', '-j', ...question], limits)
  const wanted = {gateway: via, dev: written.dev, prefsrc: src}
  return {
    holds: someEntry(evidence, entry => isWanted(entry, wanted)),
    expected: expectation({...written, to, ...(via !== undefined && {via}), ...(src !== undefined && {src})}),
    seen: showEntries(evidence, print, `there is no route to ${to}`),
    command: typed(lab, place, ['ip', ...question]),
  }
}

function isWanted(entry: Entry, wanted: Readonly<Record<string, string | undefined>>): boolean {
  const forbids = ['unreachable', 'blackhole', 'prohibit', 'throw'].includes(field(entry, 'type') ?? '')
  return (
    !forbids && Object.entries(wanted).every(([name, value]) => value === undefined || field(entry, name) === value)
  )
}

function print(entry: Entry): string {
  const {flags} = entry
  return line(
    field(entry, 'type') ?? '',
    field(entry, 'dst') ?? '',
    ['via', field(entry, 'gateway')],
    ['dev', field(entry, 'dev')],
    ['src', field(entry, 'prefsrc')],
    ...(Array.isArray(flags) ? flags.map(String) : []),
  )
}

function expectation({in: place, to, via, dev, src}: Parameters): string {
  const any = via === undefined && dev === undefined && src === undefined ? ', any route' : ''
  return `in ${place}: ${line(to, ['via', via], ['dev', dev], ['src', src])}${any}`
}

function isEntry(to: string): boolean {
  return to === 'default' || to.includes('/')
}

function checkTo(text: string): void {
  const sample = withSampleAddresses(text)
  if (sample === 'default') return
  if (sample.includes('/')) parseNetwork(sample)
  else parseIp(sample)
}
