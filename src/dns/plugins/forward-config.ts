import {isIP} from 'node:net'
import type {Line} from '../corefile/lines.ts'
import {argumentsOf, count, durationIn, numberIn, readOptions, wrongCount, zonesFrom} from '../corefile/options.ts'
import type {Given} from '../plugin.ts'
import type {Upstream} from '../upstream.ts'

/** What a `forward` line of a Corefile says. */
export type ForwardConfig = {
  readonly from: string
  readonly to: readonly Upstream[]
  readonly except: readonly string[]
  readonly policy: 'random' | 'round_robin' | 'sequential'
  /** How many queries are under way at most; 0 for any number. */
  readonly maxConcurrent: number
  /** How often a server may fail a probe before it counts as down; 0 for never. */
  readonly maxFails: number
  /** Between two probes, in milliseconds. */
  readonly healthInterval: number
  readonly failFast: boolean
  /** Set when it is not the client's. */
  readonly protocol?: 'udp' | 'tcp'
}

export function readForward(given: Given, line: Line): ForwardConfig {
  const {fail} = given
  const [from, ...to] = argumentsOf(line)
  if (from === undefined || to.length === 0) throw fail(line, wrongCount(line))
  const [zone = '.'] = zonesFrom(given, line, [from])
  const upstreams = to.flatMap(word => upstreamsOf(given, line, word))
  if (upstreams.length > most) throw fail(line, `more than ${most} TOs configured: ${upstreams.length}`)
  let config: ForwardConfig = {from: zone, to: upstreams, ...defaults}
  const set = (change: Partial<ForwardConfig>) => {
    config = {...config, ...change}
  }
  const one = (words: readonly string[], at: Line): string => {
    count(given, at, words, 1)
    return words[0] ?? ''
  }
  const whole = (words: readonly string[], at: Line, what: string) =>
    numberIn(given, at, {text: one(words, at), least: 0, most: 2 ** 32 - 1, what})
  const unsupported = (_: readonly string[], at: Line) => {
    throw fail(at, `'${at.words[0]}' is not supported by podlab's DNS`)
  }
  readOptions(given, line, {
    except: (words, at) => {
      count(given, at, words, 1, Number.POSITIVE_INFINITY)
      set({except: [...config.except, ...zonesFrom(given, at, words)]})
    },
    policy: (words, at) => {
      const policy = one(words, at)
      if (policy !== 'random' && policy !== 'round_robin' && policy !== 'sequential')
        throw fail(at, `unknown policy '${policy}'`)
      set({policy})
    },
    max_concurrent: (words, at) => set({maxConcurrent: whole(words, at, 'max_concurrent')}),
    max_fails: (words, at) => set({maxFails: whole(words, at, 'max_fails')}),
    health_check: (words, at) => set({healthInterval: durationIn(given, at, words[0] ?? '')}),
    expire: (words, at) => void durationIn(given, at, one(words, at)),
    force_tcp: (words, at) => {
      count(given, at, words, 0)
      set({protocol: 'tcp'})
    },
    prefer_udp: (words, at) => {
      count(given, at, words, 0)
      if (config.protocol === undefined) set({protocol: 'udp'})
    },
    failfast_all_unhealthy_upstreams: (words, at) => {
      count(given, at, words, 0)
      set({failFast: true})
    },
    tls: unsupported,
    tls_servername: unsupported,
    next: unsupported,
  })
  return config
}

const most = 15

const defaults = {
  except: [],
  policy: 'random',
  maxConcurrent: 0,
  maxFails: 2,
  healthInterval: 500,
  failFast: false,
} as const

/* An address, with or without a port, or a file like /etc/resolv.conf that names some. */
function upstreamsOf(given: Given, line: Line, word: string): readonly Upstream[] {
  const [, scheme, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/.exec(word) ?? []
  if (scheme !== undefined && scheme !== 'dns')
    throw given.fail(line, `'${scheme}' is not supported as a destination protocol in forward: ${word}`)
  const upstream = addressOf(rest)
  if (upstream) return [upstream]
  const text = given.readFile(word)
  if (text === undefined) throw given.fail(line, `not an IP address or file: "${word}"`)
  const named = [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, address = '']) => addressOf(address) ?? [])
  if (named.length === 0) throw given.fail(line, `no nameservers found in ${word}`)
  return named
}

function addressOf(text: string): Upstream | undefined {
  if (isIP(text) !== 0) return {address: text, port: 53}
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? []
  const address = bracketed ?? plain ?? ''
  const port = Number(digits)
  return isIP(address) !== 0 && port > 0 && port < 65_536 ? {address, port} : undefined
}
