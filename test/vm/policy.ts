import test from 'ava'
import {rootAccount} from '../real/_podlab.ts'
import {policySuite} from '../real/_policy.ts'
import {whyNotHere} from './_vm.ts'

/* In ipvs mode packets for Services take another way through the kernel than all others: policies must meet them there. */
const account = rootAccount()
const refused = 'refused' in account ? account.refused : whyNotHere

if (refused !== undefined || 'refused' in account) test.skip(`policies in ipvs mode: ${refused}`, () => undefined)
else policySuite(test, account, {modes: ['ipvs'], inFull: false})
