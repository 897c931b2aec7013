import {parentPort} from 'node:worker_threads'
import {serve} from '../../node/runtime/worker.ts'
import {higherPrograms} from './higher-programs.ts'

/* The runtime's worker thread of a lab, or of an agent outside it. */
if (parentPort) serve(parentPort, higherPrograms)
