import {startThread} from '../../node/runtime/thread.ts'
import {workerProgram} from './worker-program.ts'

/* A lab's daemon. Its runtime's thread loads what it needs beside what the daemon itself does: a tenth of a second less to wait for a lab. */
const thread = startThread(workerProgram)
const {run} = await import('./main.ts')
run(process.argv[2] ?? '', thread)
