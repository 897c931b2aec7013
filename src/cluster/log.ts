/** What is asked for of a container's log. */
export type LogRequest = {
  readonly target: string
  /** A container of the target's pod; its first when left out. */
  readonly container?: string
  readonly which: 'present' | 'previous'
  /** The last lines, what was printed since then (ms since 1970), or where the piece before ended. */
  readonly from:
    | {readonly tail?: number; readonly since?: number}
    | {readonly life: number; readonly at: number; readonly end?: number}
  /** How long to wait for more when there is nothing yet, in ms. */
  readonly waitMs: number
}

/** A piece of a log. */
export type LogPiece = {
  /** One character a byte (latin1): a piece may end within a letter. */
  readonly bytes: string
  readonly next: {readonly life: number; readonly at: number; readonly end?: number}
  /** There is nothing more, and nothing will come. */
  readonly over: boolean
  /** Whose log it is, and all containers that the pod has besides init containers. */
  readonly pod: string
  readonly namespace: string
  readonly container: string
  readonly containers: readonly string[]
}
