import test from 'ava'
import {joins} from './_join.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`joining as an ordinary user: ${account.refused}`, () => undefined)
else joins(test, account)
