/** How the capturing process ends, as its exit code: when it is told to, or why not (`failed` says it on standard error). */
export const captureEnds = {stopped: 0, failed: 1, ownerGone: 3, linkGone: 4} as const
