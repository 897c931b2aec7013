/** Another server. */
export type Upstream = {readonly address: string; readonly port: number}

export type Sent = {
  readonly bytes: Buffer
  readonly to: Upstream
  readonly protocol: 'udp' | 'tcp'
  /** In milliseconds; whoever does not answer in time has not answered. */
  readonly timeout: number
}

/** Sends a query to another server and resolves with its answer's bytes; rejects when none comes in time. */
export type Exchange = (sent: Sent) => Promise<Buffer>
