import type {Programs} from '../../node/programs/program.ts'
import {coredns} from '../dns/program.ts'

/** The programs that podlab plays in pods and that are of other floors than `node`. */
export const higherPrograms = {coredns} as const satisfies Programs
