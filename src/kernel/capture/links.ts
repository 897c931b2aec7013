import {execFileSync} from 'node:child_process'
import koffi from 'koffi'
import type {LinkType} from '../../net/packet-file.ts'
import {systemPath} from '../system-path.ts'

/** The interfaces of the network namespace that this process is in. */
export type Links = {
  readonly all: readonly {readonly number: number; readonly name: string; readonly isEthernet: boolean}[]
  /** The name by number, also of one that has come since; undefined when it has gone. */
  nameOf(number: number): string | undefined
}

export function readLinks(): Links {
  const text = execFileSync('ip', ['-json', 'link'], {env: {PATH: systemPath, LC_ALL: 'C'}, encoding: 'utf8'})
  const found = JSON.parse(text) as readonly {ifindex: number; ifname: string; link_type: string}[]
  const all = found.map(({ifindex, ifname, link_type}) => ({
    number: ifindex,
    name: ifname,
    isEthernet: link_type === 'ether' || link_type === 'loopback',
  }))
  const toName = koffi.load('libc.so.6').func('const char *if_indextoname(uint number, void *name)')
  const names = new Map(all.map(({number, name}) => [number, name]))
  return {
    all,
    nameOf: number => names.get(number) ?? (toName(number, Buffer.alloc(16)) as string | null) ?? undefined,
  }
}

/** What packets of a kind of link (ARPHRD_*) begin with; undefined for kinds that podlab does not know. */
export function linkTypeOf(linkKind: number): LinkType | undefined {
  switch (linkKind) {
    case 1: // Ethernet
    case loopbackKind:
      return 'ethernet'
    case 0xfffe: // none: a TUN device
      return 'ip'
    default:
      return undefined
  }
}

/** ARPHRD_LOOPBACK: its packets come by twice, out and in. */
export const loopbackKind = 772
