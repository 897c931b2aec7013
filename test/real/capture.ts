import test from 'ava'
import {captureSuite} from './_capture.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`captures as root: ${account.refused}`, () => undefined)
else captureSuite(test, account)
