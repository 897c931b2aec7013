import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {proxyStatusSuite} from './_proxy-status.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`kube-proxy's status as root: ${account.refused}`, () => undefined)
else proxyStatusSuite(test, account)
