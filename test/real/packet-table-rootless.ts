import test from 'ava'
import {packetTableSuite} from './_packet-table.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`packet table, for an ordinary user: ${account.refused}`, () => undefined)
else packetTableSuite(test, account, {share: 3})
