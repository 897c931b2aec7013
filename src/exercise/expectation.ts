import type {ExecResult} from '../cluster/lab-handle.ts'

/** What a command must have given; without a code it is 0. */
type Expectation = {
  readonly code?: number | undefined
  readonly equals?: string | undefined
  readonly contains?: string | undefined
  readonly matches?: string | undefined
}

/** Whether a command gave what was expected of it. The output is what it wrote to its standard output. */
export function meets({code, stdout}: ExecResult, expected: Expectation = {}): boolean {
  const {equals, contains, matches} = expected
  return (
    code === (expected.code ?? 0) &&
    (equals === undefined || stdout.trim() === equals.trim()) &&
    (contains === undefined || stdout.includes(contains)) &&
    (matches === undefined || new RegExp(matches, 'm').test(stdout))
  )
}

/** The expectation in words: `code 0, output with "flannel.1"`. */
export function inWords({code = 0, equals, contains, matches}: Expectation = {}): string {
  return [
    `code ${code}`,
    ...(equals === undefined ? [] : [`output equal to "${equals.trim()}"`]),
    ...(contains === undefined ? [] : [`output with "${contains}"`]),
    ...(matches === undefined ? [] : [`output like /${matches}/`]),
  ].join(', ')
}

/** How a command ended, in words. */
export function outcome({code, stdout, stderr}: ExecResult, shorten: (text: string) => string): string {
  const text = shorten(stdout.trim() === '' ? stderr : stdout)
  const end = code === 124 ? 'killed at its time limit' : `code ${code}`
  return text === '' ? `${end}, no output` : `${end}\n${text}`
}
