import test from 'ava'
import {mayUseIpvs, noIpvsSuite} from './_no-ipvs.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`without ip_vs: ${account.refused}`, () => undefined)
else if (mayUseIpvs(account)) test.skip(`without ip_vs: ${account.name} has it here`, () => undefined)
else noIpvsSuite(test, account)
