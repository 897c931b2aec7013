import {change} from './kubectl-lines/_change.ts'
import {cluster} from './kubectl-lines/_cluster.ts'
import {create} from './kubectl-lines/_create.ts'
import {describe} from './kubectl-lines/_describe.ts'
import {get} from './kubectl-lines/_get.ts'
import {inside} from './kubectl-lines/_inside.ts'
import type {CommandLine} from './kubectl-lines/_line.ts'
import {remove} from './kubectl-lines/_remove.ts'
import {rollouts} from './kubectl-lines/_rollouts.ts'
import {wait} from './kubectl-lines/_wait.ts'

/** The lines in the order in which they are played. */
export const lines: readonly CommandLine[] = [
  ...create,
  ...wait,
  ...get,
  ...describe,
  ...inside,
  ...change,
  ...rollouts,
  ...cluster,
  ...remove,
]
