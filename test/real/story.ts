import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {storySuite} from './_story.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`the story of a lab as root: ${account.refused}`, () => undefined)
else storySuite(test, account)
