import test from 'ava'
import {hostPortsSuite} from './_host-ports.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`host ports, for an ordinary user: ${account.refused}`, () => undefined)
else hostPortsSuite(test, account, 'iptables')
