import type {CommandRun} from '../command.ts'
import {targetOf} from '../target.ts'
import {runInside} from './exec.ts'

/** Opens the best shell that the target has. */
export const run: CommandRun = ([target], options) =>
  runInside({
    target: targetOf(target, options),
    lab: options.lab as string | undefined,
    environment: {PS1: `${target}:\\w# `},
    argv: ['sh', '-c', 'command -v bash >/dev/null && exec bash --norc -i; exec sh -i'],
  })
