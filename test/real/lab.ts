import test from 'ava'
import {labSuite} from './_lab.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`a lab of root: ${account.refused}`, () => undefined)
else labSuite(test, account)
