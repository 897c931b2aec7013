import test from 'ava'
import {handSuite} from './_hand.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`changes by hand, for an ordinary user: ${account.refused}`, () => undefined)
else handSuite(test, account, 'nftables')
