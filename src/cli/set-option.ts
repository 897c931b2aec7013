import {InvalidArgumentError, Option} from 'commander'
import type {Setting} from '../lab/parameters.ts'
import type {CommandOptions} from './command.ts'

/** `--set NAME=VALUE`, as often as wanted. */
export const setOption = new Option(
  '--set <name=value>',
  'a value for a parameter of the lab; once for each',
).argParser((text: string, before: readonly Setting[] = []): readonly Setting[] => [...before, readSetting(text)])

/** What was given with `--set`. */
export function settingsOf({set}: CommandOptions): readonly Setting[] {
  return (set as readonly Setting[] | undefined) ?? []
}

function readSetting(text: string): Setting {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('expected NAME=VALUE, like pods=50')
  return {name: text.slice(0, equals), text: text.slice(equals + 1)}
}
