import test from 'ava'
import {accidents} from './_accidents.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`accidents as an ordinary user: ${account.refused}`, () => undefined)
else accidents(test, account)
