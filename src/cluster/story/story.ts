/** What has happened to an object, and what that set in motion. */
export type Story = {
  /** `Service default/kubia`. */
  readonly of: string
  readonly lines: readonly StoryLine[]
  /** How far back the lab remembers, in milliseconds since 1970. */
  readonly since: number
  /** Whether there is such an object now. */
  readonly present: boolean
}

export type StoryLine = {
  /** Milliseconds since 1970, with fractions. */
  readonly at: number
  /** Somebody from outside has set something in motion; what follows, follows from it as a rule. */
  readonly begins: boolean
  /** Who did it: `endpoints controller`, `node1 kube-proxy`. */
  readonly who: string
  readonly text: string
  /** The store's revision with which it is there, for what is stored. */
  readonly revision?: number
}
