import {hash} from 'node:crypto'
import {networkName} from './network-name.ts'

/** The name of the chain of one pod, as CNI's plugins make names of chains: `CNI-DN-b6c5fb6c593e895d843cb`. */
export function portMapChain(id: string, network: string = networkName): string {
  return `CNI-DN-${hash('sha512', network + id)}`.slice(0, 28)
}
