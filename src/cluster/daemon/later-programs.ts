import type {LaterPrograms} from '../../node/programs/program.ts'

/** The programs that podlab plays in pods and that are of other floors than `node`: few pods need them, and labs start without. */
export const laterPrograms = {
  coredns: async () => (await import('../dns/program.ts')).coredns,
} as const satisfies LaterPrograms
