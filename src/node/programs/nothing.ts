import type {Program} from './program.ts'

/** Waits for ever, as the pause image does. */
export const nothing: Program = () => ({sockets: [], close: () => undefined})
