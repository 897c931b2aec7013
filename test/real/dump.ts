import test from 'ava'
import {dumpSuite} from './_dump.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`dumps as root: ${account.refused}`, () => undefined)
else dumpSuite(test, account)
