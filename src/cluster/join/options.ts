import {fileURLToPath} from 'node:url'
import type {Cidr} from '../../net/cidr.ts'
import type {Ip} from '../../net/ip.ts'

/** What a node's agent has to know when it is a process of its own. */
export type JoinOptions = {
  readonly name: string
  /** The node's address in the underlay, by which the others find it. */
  readonly address: Ip
  /** The link that has it. */
  readonly link: string
  /** A file below the node's root, as kubectl reads it. */
  readonly kubeconfig: string
  /** In place of the kubeconfig's. */
  readonly server?: string
  /** The node's part of the pod network; left out, the cluster has to say it (`spec.podCIDR`). */
  readonly podSubnet?: Cidr
  readonly podNetwork: Cidr
  readonly serviceRange: Cidr
  readonly overlay: string
  /** Where the node's files are seen, by a process outside of its mounts. */
  readonly root: string
  /** Where it answers what a kubelet does at port 10250, below the node's root; nowhere when left out. */
  readonly socket?: string
}

/** The program that is the agent; its argument is the options as JSON. */
export const agentProgram = fileURLToPath(new URL(`./agent-process${import.meta.url.slice(-3)}`, import.meta.url))
