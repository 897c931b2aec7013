import type {Check} from '../check.ts'
import {address} from './address.ts'
import {balances} from './balances.ts'
import {endpoints} from './endpoints.ts'
import {exec} from './exec.ts'
import {fdb} from './fdb.ts'
import {latency} from './latency.ts'
import {link} from './link.ts'
import {log} from './log.ts'
import {matrix} from './matrix.ts'
import {mtu} from './mtu.ts'
import {neighbour} from './neighbour.ts'
import {object} from './object.ts'
import {pods} from './pods.ts'
import {reachedOnlyBy} from './reached-only-by.ts'
import {reaches} from './reaches.ts'
import {refuses} from './refuses.ts'
import {resolves} from './resolves.ts'
import {route} from './route.ts'
import {rule} from './rule.ts'
import {rulesEqual} from './rules-equal.ts'
import {shares} from './shares.ts'
import {sourceAddress} from './source-address.ts'

/** Every type of check. To add one: a file beside this one, a line here, its negative control, its section in docs/checks.md. */
export const checks = {
  reaches,
  reachedOnlyBy,
  refuses,
  resolves,
  balances,
  shares,
  sourceAddress,
  latency,
  mtu,
  matrix,
  object,
  pods,
  endpoints,
  log,
  link,
  address,
  route,
  neighbour,
  fdb,
  rule,
  rulesEqual,
  exec,
} satisfies Readonly<Record<string, Check<unknown>>>
