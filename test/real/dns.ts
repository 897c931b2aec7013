import test from 'ava'
import {dnsSuite} from './_dns.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`names as root: ${account.refused}`, () => undefined)
else dnsSuite(test, account)
