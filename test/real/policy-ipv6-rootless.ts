import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {policyIpv6Suite} from './_policy-ipv6.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`policies and IPv6, for an ordinary user: ${account.refused}`, () => undefined)
else policyIpv6Suite(test, account)
