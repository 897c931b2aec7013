import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {storySuite} from './_story.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`the story of a lab: ${account.refused}`, () => undefined)
else storySuite(test, account)
