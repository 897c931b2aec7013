import {z} from 'zod'
import {checked} from '../lab/shape.ts'
import {parseCidr} from '../net/cidr.ts'
import {parseIp} from '../net/ip.ts'
import {parseMac} from '../net/mac.ts'
import {withSampleAddresses} from './places.ts'

/** An address as a lab writes it: `172.17.13.2`, `{pod/web}`, `{node/node1}`. */
export const address = checked(text => parseIp(withSampleAddresses(text)), '172.17.13.2')

/** An address with or without the length of its prefix: `172.17.13.1/24`. */
export const addressOrPrefix = checked(
  text => (/^[\d.]+\//.test(text) ? parseCidr(text) : parseIp(withSampleAddresses(text))),
  '172.17.13.1/24',
)

/** A network interface's name. */
export const link = z.string().regex(/^[^\s/]{1,15}$/, 'expected the name of a link, at most 15 characters')

/** A MAC address. */
export const mac = checked(parseMac, '02:42:ac:11:0d:00')
