import test from 'ava'
import {gcSuite} from './_gc.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`gc as an ordinary user: ${account.refused}`, () => undefined)
else gcSuite(test, account)
