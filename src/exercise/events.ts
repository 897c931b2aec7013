import type {Verdict} from './check.ts'

/** A check with what it found; what a report is made of. */
export type CheckResult = {
  readonly title: string
  readonly type: string
  readonly points: number
  /** The lab's own sentence for this outcome. */
  readonly sentence?: string
  readonly verdict: Verdict
  readonly milliseconds: number
}

/** All checks of a lab. */
export type Grade = {
  readonly pass: boolean
  readonly points: number
  readonly of: number
  readonly results: readonly CheckResult[]
}

/** How the scenario ended: through, or at a step that failed. */
export type Played =
  | {readonly pass: true; readonly steps: number}
  | {readonly pass: false; readonly steps: number; readonly failed: FailedStep}

export type FailedStep = {readonly number: number; readonly title: string; readonly reason: string}

/** What happens while a lab is played and graded, for whoever shows it. Numbers count from 1. */
export type ExerciseEvent =
  | {readonly event: 'started'; readonly number: number; readonly of: number; readonly title: string}
  | {readonly event: 'output'; readonly number: number; readonly text: string}
  | {readonly event: 'done'; readonly number: number; readonly title: string; readonly milliseconds: number}
  | {readonly event: 'failed'; readonly number: number; readonly title: string; readonly reason: string}
  | {readonly event: 'checking'; readonly number: number; readonly of: number; readonly title: string}
  | {readonly event: 'checked'; readonly number: number; readonly result: CheckResult}
  | {readonly event: 'graded'; readonly grade: Grade}

export type Reporter = (event: ExerciseEvent) => void
