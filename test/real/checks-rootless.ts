import test from 'ava'
import {checksOnRealLabs} from './_checks.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`checks without root: ${account.refused}`, () => undefined)
else checksOnRealLabs(test, account)
