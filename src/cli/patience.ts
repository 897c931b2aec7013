import {Option} from 'commander'
import {type CommandOptions, UsageError} from './command.ts'

/** `--patience FACTOR`: how many times as long everything may take. */
export const patienceOption = new Option(
  '--patience <factor>',
  'on a slow machine, give pods, steps and checks so many times as long, 1 to 100',
).env('PODLAB_PATIENCE')

/** The factor that was given with `--patience`, or in the environment; else 1. */
export function patienceOf({patience = '1'}: CommandOptions): number {
  const factor = /^\d{1,3}(\.\d{1,3})?$/.test(String(patience)) ? Number(patience) : Number.NaN
  if (factor >= 1 && factor <= 100) return factor
  throw new UsageError(`--patience ${patience}: expected a number from 1 to 100, like 10; PODLAB_PATIENCE sets it, too`)
}
