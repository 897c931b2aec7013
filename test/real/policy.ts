import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {policySuite} from './_policy.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`policies, for root: ${account.refused}`, () => undefined)
else policySuite(test, account)
