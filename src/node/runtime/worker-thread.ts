import {parentPort} from 'node:worker_threads'
import {serve} from './worker.ts'

/* The runtime's worker thread with the programs of this floor alone. */
if (parentPort) serve(parentPort)
