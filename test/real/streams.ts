import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {kubectls, streamsSuite} from './_streams.ts'

const account = rootAccount()
const programs = kubectls()

if ('refused' in account) test.skip(`streams of root: ${account.refused}`, t => t.pass())
else if (programs.length === 0) test.skip('streams: this machine has no kubectl', t => t.pass())
else streamsSuite(test, account, programs)
