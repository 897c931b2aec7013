import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {userspaceSuite} from './_userspace.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`the userspace proxy, for an ordinary user: ${account.refused}`, () => undefined)
else userspaceSuite(test, account)
