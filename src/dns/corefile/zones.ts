import {isIP} from 'node:net'
import {ipv6Bytes} from '../wire/address.ts'
import {isName, normalName} from '../wire/name.ts'

/** What stands before a server block: `example.org`, `.:5353`, `dns://10.0.0.0/24`. */
export type ServerKey = {readonly zones: readonly string[]; readonly port: number}

/** Reads a key; a text for one that is none. */
export function readKey(text: string, defaultPort = 53): ServerKey | {readonly wrong: string} {
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/s.exec(text) ?? []
  if (scheme !== undefined && scheme !== 'dns')
    return {wrong: `${scheme}:// is not supported by podlab's DNS: it speaks plain DNS (dns://)`}
  const [, host = '', digits] = /^(.*?)(?::(\d+))?$/s.exec(rest) ?? []
  if (host.endsWith(':')) return {wrong: `expecting data after last colon: "${text}"`}
  const port = digits === undefined ? defaultPort : Number(digits)
  if (port < 1 || port > 65_535) return {wrong: `port ${digits} of "${text}" is not between 1 and 65535`}
  const zones = zonesOf(host === '' ? '.' : host)
  return zones.length > 0 ? {zones, port} : {wrong: `zone is not a valid domain name: ${host}`}
}

/** The zones that a word stands for, in lower case and with their dots; none for what is no name and no network. */
export function zonesOf(text: string): readonly string[] {
  const [address = '', length] = text.split('/')
  const family = isIP(address)
  if (length !== undefined && family !== 0 && /^\d{1,3}$/.test(length)) return reverseZones(address, Number(length))
  return isName(text) ? [normalName(text)] : []
}

/* A network whose length is no whole label is as many zones as it has next labels. */
function reverseZones(address: string, length: number): readonly string[] {
  const isIpv4 = isIP(address) === 4
  const [bits, total] = isIpv4 ? [8, 32] : [4, 128]
  if (length > total) return []
  const labels = isIpv4
    ? address.split('.').map(Number)
    : [...ipv6Bytes(address).toString('hex')].map(digit => Number.parseInt(digit, 16))
  const whole = Math.floor(length / bits)
  const spare = length % bits
  const head = labels.slice(0, whole)
  const suffix = isIpv4 ? 'in-addr.arpa.' : 'ip6.arpa.'
  const zone = (parts: readonly number[]) =>
    [...parts.toReversed().map(part => part.toString(isIpv4 ? 10 : 16)), suffix].join('.')
  if (spare === 0) return [zone(head)]
  const size = 2 ** (bits - spare)
  const first = Math.floor((labels[whole] ?? 0) / size) * size
  return Array.from({length: size}, (_, index) => zone([...head, first + index]))
}
