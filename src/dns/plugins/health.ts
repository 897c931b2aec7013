import {argumentsOf, durationIn, portOf, readOptions, wrongCount} from '../corefile/options.ts'
import type {Configured, Given, HttpNeed, Plugin} from '../plugin.ts'

/** `health [ADDRESS] { lameduck DURATION }`: says OK under /health; `:8080` unless it says otherwise. */
export const health: Plugin = {
  name: 'health',
  read: given => {
    const http = readAddress(given, 'health', 8080)
    let lameduck = 0
    for (const line of given.lines)
      readOptions(given, line, {
        lameduck: (words, at) => {
          if (words.length !== 1) throw given.fail(at, wrongCount(at))
          lameduck = durationIn(given, at, words[0] ?? '')
        },
      })
    return {http, lameduck}
  },
}

/** `ready [ADDRESS]`: says OK under /ready once every plugin can answer; `:8181` unless it says otherwise. */
export const ready: Plugin = {
  name: 'ready',
  read: (given): Configured => ({http: readAddress(given, 'ready', 8181)}),
}

function readAddress(given: Given, kind: HttpNeed['kind'], usual: number): HttpNeed {
  const [line] = given.lines
  if (!line) return {kind, port: usual}
  const [address, ...more] = argumentsOf(line)
  if (more.length > 0) throw given.fail(line, wrongCount(line))
  return {kind, port: address === undefined ? usual : portOf(given, line, address)}
}
