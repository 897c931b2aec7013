import type {CommandOptions} from './command.ts'

/** The target that a command means: with `--namespace`, a pod of that namespace. */
export function targetOf(word: unknown, {namespace}: CommandOptions): string {
  const target = String(word)
  return namespace !== undefined && target.startsWith('pod/') ? `${namespace}/${target}` : target
}
