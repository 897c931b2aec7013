import {type Ip, ipNumber} from './ip.ts'
import {NetError} from './net-error.ts'

declare const brand: unique symbol

/** A MAC address in lower case: `02:42:ac:11:0d:02`. */
export type Mac = string & {readonly [brand]: 'Mac'}

/** Reads a MAC address; throws NetError for anything else. */
export function parseMac(text: string): Mac {
  const mac = text.toLowerCase()
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac))
    throw new NetError(`"${text}" is not a MAC address; expected six hexadecimal bytes, like 02:42:ac:11:0d:02`)
  return mac as Mac
}

/** The MAC address that docker gives to a container: 02:42 and the four bytes of its IP address. */
export function macOf(ip: Ip): Mac {
  const bytes = ipNumber(ip).toString(16).padStart(8, '0').match(/../g) ?? []
  return ['02', '42', ...bytes].join(':') as Mac
}
