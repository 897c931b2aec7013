import {createHash} from 'node:crypto'

/** The kernel's limit on the length of an interface name, in characters. */
export const interfaceNameLimit = 15

/** The node's end of a pod's veth pair, named as docker does: `veth` and seven hexadecimal digits, always the same for `key`. */
export function vethName(key: string): string {
  return `veth${createHash('sha256').update(key).digest('hex').slice(0, 7)}`
}
