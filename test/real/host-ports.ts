import test from 'ava'
import {hostPortsSuite} from './_host-ports.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`host ports, for root: ${account.refused}`, () => undefined)
else hostPortsSuite(test, account, 'nftables')
