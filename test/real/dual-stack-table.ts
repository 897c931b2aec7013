import test from 'ava'
import {packetTableSuite} from './_packet-table.ts'
import {ordinaryAccount} from './_podlab.ts'

/* Calls by IPv6 in a dual-stack lab: a sample of the packet table, which has every kind of row. test/trace/dual-stack.ts holds the plans to all of it. */
const account = ordinaryAccount()

if ('refused' in account) test.skip(`packet table by IPv6: ${account.refused}`, () => undefined)
else packetTableSuite(test, account, {family: 'IPv6', modes: ['iptables', 'nftables'], sampled: true})
