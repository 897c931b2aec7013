import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {volumeSuite} from './_volumes.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`volumes of root: ${account.refused}`, () => undefined)
else volumeSuite(test, account)
