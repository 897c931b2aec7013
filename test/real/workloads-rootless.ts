import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {workloadSuite} from './_workloads.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`workloads of an ordinary user: ${account.refused}`, () => undefined)
else workloadSuite(test, account)
