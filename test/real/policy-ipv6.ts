import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {policyIpv6Suite} from './_policy-ipv6.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`policies and IPv6, for root: ${account.refused}`, () => undefined)
else policyIpv6Suite(test, account)
