import test from 'ava'
import {podLifeSuite} from './_pod-life.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`the life of pods, for root: ${account.refused}`, () => undefined)
else podLifeSuite(test, account)
