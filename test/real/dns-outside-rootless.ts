import test from 'ava'
import {dnsOutsideSuite} from './_dns-outside.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`names outside the lab: ${account.refused}`, () => undefined)
else dnsOutsideSuite(test, account)
