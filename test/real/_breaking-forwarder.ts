/** The thread that forwards packets, as it is, except that it breaks with the next order after somebody has written /run/break. */
import {existsSync} from 'node:fs'
import {syncBuiltinESMExports} from 'node:module'
import threads from 'node:worker_threads'

const {receiveMessageOnPort} = threads
threads.receiveMessageOnPort = port => {
  if (existsSync('/run/break')) throw new Error('broken by a test')
  return receiveMessageOnPort(port)
}
syncBuiltinESMExports()
await import('../../src/node/overlay/udp/worker.ts')
