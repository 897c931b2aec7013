import {fileURLToPath} from 'node:url'

const extension = import.meta.url.slice(-3)

/** The command that a sandbox's first process is: this Node with the lab's daemon. */
export const daemonProgram: readonly string[] = [
  process.execPath,
  fileURLToPath(new URL(`../cluster/daemon/daemon${extension}`, import.meta.url)),
]
