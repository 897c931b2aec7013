import test from 'ava'
import {joins} from './_join.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`joining as root: ${account.refused}`, () => undefined)
else joins(test, account)
