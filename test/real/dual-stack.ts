import test from 'ava'
import {dualStackSuite} from './_dual-stack.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`dual stack, for root: ${account.refused}`, () => undefined)
else dualStackSuite(test, account)
