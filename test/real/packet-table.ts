import test from 'ava'
import {packetTableSuite} from './_packet-table.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`packet table, for root: ${account.refused}`, () => undefined)
else packetTableSuite(test, account)
