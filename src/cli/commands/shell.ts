import type {CommandRun} from '../command.ts'
import {runInside} from './exec.ts'

/** Opens the best shell that the target has. */
export const run: CommandRun = ([target], {lab}) =>
  runInside({
    target: String(target),
    lab: lab as string | undefined,
    environment: {PS1: `${target}:\\w# `},
    argv: ['sh', '-c', 'command -v bash >/dev/null && exec bash --norc -i; exec sh -i'],
  })
