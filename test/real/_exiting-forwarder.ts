/** A process that wants to exit while its thread sleeps in the kernel. */
import {startForwarderThread} from '../../src/node/overlay/udp/forwarder-thread.ts'

await startForwarderThread()
process.exit(7)
