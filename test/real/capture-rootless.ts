import test from 'ava'
import {captureSuite} from './_capture.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`captures as an ordinary user: ${account.refused}`, () => undefined)
else captureSuite(test, account)
