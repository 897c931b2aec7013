import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {proxyStatusSuite} from './_proxy-status.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`kube-proxy's status as an ordinary user: ${account.refused}`, () => undefined)
else proxyStatusSuite(test, account)
