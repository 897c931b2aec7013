import test from 'ava'
import {dualStackSuite} from './_dual-stack.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`dual stack, for an ordinary user: ${account.refused}`, () => undefined)
else dualStackSuite(test, account)
