import test from 'ava'
import {badLabs} from './_bad-labs.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`bad labs of root: ${account.refused}`, () => undefined)
else badLabs(test, account)
