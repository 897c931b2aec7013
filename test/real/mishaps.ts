import test from 'ava'
import {mishaps} from './_mishaps.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`mishaps of root: ${account.refused}`, () => undefined)
else mishaps(test, account)
