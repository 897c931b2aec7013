import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {workloadSuite} from './_workloads.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`workloads of root: ${account.refused}`, () => undefined)
else workloadSuite(test, account)
