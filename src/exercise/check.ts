import {z} from 'zod'
import type {LabHandle} from '../cluster/lab-handle.ts'
import type {CheckForm} from '../lab/check-schema.ts'
import {mapping} from '../lab/shape.ts'
import type {Limits} from './command.ts'
import {within} from './duration.ts'

/**
 * A type of check: how a lab file writes it, and how it finds out. When to look again, how long, and what `not` makes of what is found
 * is the same for all and not its business: see `run-check.ts`.
 */
export type Check<P> = CheckForm & {
  readonly parameters: z.ZodType<P & CommonParameters>
  /** When to look again: whenever the cluster's objects change, or after a pause, for what no event tells. */
  readonly again: 'after a change' | 'after a pause'
  /** What it says in words that should be found, before anything was looked at. */
  expected(parameters: P): string
  /** Looks once; ends soon when the signal aborts. An error with a code is a finding, too: nothing could be told. */
  look(parameters: P, lab: LabHandle, limits: Limits): Promise<Finding>
}

/** What every check may say besides its own. */
export type CommonParameters = {readonly not: boolean; readonly within: number}

/** What one look found. */
export type Finding = {
  /** undefined: it could not be told (a program is missing, rules cannot be read); then neither a check nor its negation passes. */
  readonly holds: boolean | undefined
  /** More exact words for what should be found, once addresses are known. */
  readonly expected?: string
  readonly seen: string
  /** A command by which people can see it for themselves. */
  readonly command: string
}

/** What a check found in the end: in words for people. */
export type Verdict = {
  readonly pass: boolean
  readonly expected: string
  readonly seen: string
  readonly command: string
  /** How often it was tried. */
  readonly attempts?: number
}

/** A check's parameters: its own, and those of all checks. `preset` is how long it tries when the lab does not say. */
export function parameters<Shape extends z.core.$ZodLooseShape>(shape: Shape, preset = '10s') {
  const not = z.boolean().default(false).describe('Passes when it is not so; tries until it is not')
  return mapping({...shape, not, within: within(preset)})
}
