import {iptables} from './iptables.ts'
import type {ProxyMode} from './proxy-mode.ts'

/** The proxy modes that a lab may choose from. */
export const proxyModes = {iptables} satisfies Readonly<Record<string, ProxyMode>>
