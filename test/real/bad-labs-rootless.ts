import test from 'ava'
import {badLabs} from './_bad-labs.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`bad labs of an ordinary user: ${account.refused}`, () => undefined)
else badLabs(test, account)
