import test from 'ava'
import {dnsOutsideSuite} from './_dns-outside.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`names outside the lab, as root: ${account.refused}`, () => undefined)
else dnsOutsideSuite(test, account)
