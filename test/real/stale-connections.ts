import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {staleConnectionsSuite} from './_stale-connections.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`stale connections, for root: ${account.refused}`, () => undefined)
else staleConnectionsSuite(test, account, 'iptables')
