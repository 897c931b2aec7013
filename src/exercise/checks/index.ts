import type {Check} from '../check.ts'
import {balances} from './balances.ts'
import {exec} from './exec.ts'
import {object} from './object.ts'
import {pods} from './pods.ts'
import {reaches} from './reaches.ts'
import {rule} from './rule.ts'
import {sourceAddress} from './source-address.ts'

/** Every type of check. To add one: a file beside this one, a line here, its test with a negative control, its page. */
export const checks = {
  reaches,
  balances,
  sourceAddress,
  object,
  pods,
  rule,
  exec,
} satisfies Readonly<Record<string, Check<unknown>>>
