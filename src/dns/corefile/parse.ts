import type {Configured, Given} from '../plugin.ts'
import {lacking, plugins} from '../plugins/index.ts'
import {CorefileError, parsing} from './corefile-error.ts'
import {type Line, type RawBlock, rawBlocks} from './lines.ts'
import {wordsOf} from './words.ts'
import {readKey} from './zones.ts'

/** What a Corefile says. */
export type Configuration = {
  readonly blocks: readonly ServerBlock[]
  /** The ports of DNS, each for UDP and TCP. */
  readonly ports: readonly number[]
}

/** One server block on one port: CoreDNS calls this a server's configuration. */
export type ServerBlock = {
  readonly port: number
  readonly zones: readonly string[]
  readonly plugins: readonly {readonly name: string; readonly configured: Configured}[]
}

export type ParseOptions = {
  /** The name that errors call it by. */
  readonly file?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Reads files that it names, /etc/resolv.conf above all; undefined for one that is not there. */
  readonly readFile?: (path: string) => string | undefined
}

/** Reads a Corefile; throws CorefileError for the first thing that is wrong. */
export function parseCorefile(text: string, options: ParseOptions = {}): Configuration {
  const {file = 'Corefile', environment = {}, readFile = () => undefined} = options
  const raw = rawBlocks(wordsOf(text, environment), file)
  if (raw.length === 0) throw parsing(file, 1, 'the Corefile has no server block')
  const taken = new Set<string>()
  const blocks = raw.flatMap(block => {
    const byPort = keysByPort(block, {file, taken})
    const zones = [...byPort.values()].flat()
    const configured = readPlugins(block.lines, {zones, file, readFile})
    return [...byPort].map(([port, zones]): ServerBlock => ({port, zones, plugins: configured}))
  })
  return {blocks, ports: [...new Set(blocks.map(({port}) => port))]}
}

function keysByPort({keys}: RawBlock, {file, taken}: {file: string; taken: Set<string>}): Map<number, string[]> {
  const byPort = new Map<number, string[]>()
  for (const {text, line} of keys) {
    const key = readKey(text)
    if ('wrong' in key) throw parsing(file, line, key.wrong)
    for (const zone of key.zones) {
      const word = `dns://${zone}:${key.port}`
      if (taken.has(word))
        throw new CorefileError(line, `${file}:${line} - cannot serve ${word} - it is already defined`)
      taken.add(word)
      byPort.set(key.port, [...(byPort.get(key.port) ?? []), zone])
    }
  }
  return byPort
}

type Reading = {
  readonly zones: readonly string[]
  readonly file: string
  readonly readFile: (path: string) => string | undefined
}

function readPlugins(lines: readonly Line[], {zones, file, readFile}: Reading): ServerBlock['plugins'] {
  for (const line of lines) checkName(line, file)
  return plugins.flatMap(({name, read}) => {
    const own = lines.filter(({words}) => words[0] === name)
    if (own.length === 0) return []
    const fail = ({line}: Line, what: string) =>
      new CorefileError(line, `plugin/${name}: ${file}:${line} - Error during parsing: ${what}`)
    const given: Given = {lines: own, zones, block: lines, readFile, fail}
    return [{name, configured: read(given)}]
  })
}

function checkName({words, line}: Line, file: string): void {
  const [name = '{'] = words
  if (plugins.some(plugin => plugin.name === name)) return
  if (lacking.has(name)) {
    const known = plugins.map(plugin => plugin.name).toSorted()
    throw parsing(file, line, `the plugin '${name}' is not supported by podlab's DNS, which has ${known.join(', ')}`)
  }
  throw parsing(file, line, `Unknown directive '${name}'`)
}
