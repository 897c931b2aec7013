import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {volumeSuite} from './_volumes.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`volumes of an ordinary user: ${account.refused}`, () => undefined)
else volumeSuite(test, account)
