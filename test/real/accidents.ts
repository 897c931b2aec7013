import test from 'ava'
import {accidents} from './_accidents.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`accidents as root: ${account.refused}`, () => undefined)
else accidents(test, account)
