import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {userspaceSuite} from './_userspace.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`the userspace proxy, for root: ${account.refused}`, () => undefined)
else userspaceSuite(test, account)
