import test from 'ava'
import {dnsSuite} from './_dns.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`names: ${account.refused}`, () => undefined)
else dnsSuite(test, account)
