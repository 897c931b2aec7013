/** One line of a status's `conditions`: what holds, since when, and why. */
export type Condition = {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastProbeTime?: string
  readonly lastHeartbeatTime?: string
  readonly lastTransitionTime?: string
}
