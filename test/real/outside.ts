import test from 'ava'
import {outsideSuite} from './_outside.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`outside, for root: ${account.refused}`, () => undefined)
else outsideSuite(test, account)
