import test from 'ava'
import {outsideSuite} from './_outside.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`outside, for an ordinary user: ${account.refused}`, () => undefined)
else outsideSuite(test, account)
