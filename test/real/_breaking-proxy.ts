/** The thread of the userspace proxy, as it is, except that it breaks as soon as somebody has written /run/break. */
import {existsSync} from 'node:fs'

setInterval(() => {
  if (existsSync('/run/break')) throw new Error('broken by a test')
}, 20)
await import('../../src/node/proxy/userspace/worker.ts')
