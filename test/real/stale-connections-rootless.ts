import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {staleConnectionsSuite} from './_stale-connections.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`stale connections, for an ordinary user: ${account.refused}`, () => undefined)
else staleConnectionsSuite(test, account, 'nftables')
