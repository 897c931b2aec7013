import test from 'ava'
import {labSuite} from './_lab.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`a lab of an ordinary user: ${account.refused}`, () => undefined)
else labSuite(test, account)
