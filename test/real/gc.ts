import test from 'ava'
import {gcSuite} from './_gc.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`gc as root: ${account.refused}`, () => undefined)
else gcSuite(test, account)
