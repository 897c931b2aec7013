import test from 'ava'
import {handSuite} from './_hand.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`changes by hand, for root: ${account.refused}`, () => undefined)
else handSuite(test, account, 'iptables')
