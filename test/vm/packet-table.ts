import test from 'ava'
import {packetTableSuite} from '../real/_packet-table.ts'
import {rootAccount} from '../real/_podlab.ts'
import {whyNotHere} from './_vm.ts'

/*
 * The packet table in ipvs mode, as real packets. A whole pass would take an emulated machine half an hour: a sample is called, which has every kind of row, under
 * the usual settings (PODLAB_ALL_SETTINGS=1: under all; test/trace holds the plans to the whole table).
 */
const account = rootAccount()
const refused = 'refused' in account ? account.refused : whyNotHere

if (refused !== undefined || 'refused' in account) test.skip(`packet table in ipvs mode: ${refused}`, () => undefined)
else packetTableSuite(test, account, {modes: ['ipvs'], sampled: true})
