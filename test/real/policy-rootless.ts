import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {policySuite} from './_policy.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`policies, for an ordinary user: ${account.refused}`, () => undefined)
else policySuite(test, account)
