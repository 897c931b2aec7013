import test from 'ava'
import {podLifeSuite} from './_pod-life.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`the life of pods, for an ordinary user: ${account.refused}`, () => undefined)
else podLifeSuite(test, account)
