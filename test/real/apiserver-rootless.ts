import test from 'ava'
import {apiServerSuite} from './_apiserver.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`the API server of an ordinary user: ${account.refused}`, () => undefined)
else apiServerSuite(test, account)
