import type {z} from 'zod'
import type {LabHandle} from '../cluster/lab-handle.ts'
import type {CheckForm} from '../lab/check-schema.ts'
import type {During} from './time.ts'

/** A type of check: how a lab file writes it, and how it finds out. */
export type Check<P> = CheckForm & {
  readonly parameters: z.ZodType<P>
  /** Tries until it passes or its deadline is over; rejects only when aborted, or when podlab itself has a bug. */
  run(parameters: P, lab: LabHandle, during: During): Promise<Verdict>
}

/** What a check found: in words for people, with a command by which they can see it for themselves. */
export type Verdict = {
  readonly pass: boolean
  readonly expected: string
  readonly seen: string
  readonly command: string
  /** How often it was tried. */
  readonly attempts?: number
}
