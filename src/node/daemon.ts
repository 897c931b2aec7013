import type {UdpForwarder} from './overlay/udp/udp-forwarder.ts'
import type {ServiceProxy} from './proxy/userspace/service-proxy.ts'

/** A program that a component of a node runs beside the kernel: what it is to do, as data. A node has one of a `program`. */
export type Daemon = UdpForwarder

/** Starts what plans call daemons. */
export type Daemons = {
  /** Resolves when the daemon works in that namespace; `died` hears of it when it ends by itself. */
  start(netns: string, daemon: Daemon, died: (error: Error) => void): Promise<RunningDaemon>
  /**
   * The proxy of a node for kube-proxy's userspace mode; it does nothing until it is asked for something. `died` hears that all it had
   * opened is gone.
   */
  proxy(netns: string, died: (error: Error) => void): ServiceProxy
  close(): Promise<void>
}

export type RunningDaemon = {
  /** Lets it go on with another plan; false when it would have to be started anew for that. */
  adopt(next: Daemon): boolean
  stop(): Promise<void>
}
