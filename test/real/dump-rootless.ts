import test from 'ava'
import {dumpSuite} from './_dump.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`dumps as an ordinary user: ${account.refused}`, () => undefined)
else dumpSuite(test, account)
