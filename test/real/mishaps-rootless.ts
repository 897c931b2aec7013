import test from 'ava'
import {mishaps} from './_mishaps.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`mishaps of an ordinary user: ${account.refused}`, () => undefined)
else mishaps(test, account)
