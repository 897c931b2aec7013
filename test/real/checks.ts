import test from 'ava'
import {checksOnRealLabs} from './_checks.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`checks as root: ${account.refused}`, () => undefined)
else checksOnRealLabs(test, account)
