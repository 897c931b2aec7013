import test from 'ava'
import {apiServerSuite} from './_apiserver.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`the API server of root: ${account.refused}`, () => undefined)
else apiServerSuite(test, account)
