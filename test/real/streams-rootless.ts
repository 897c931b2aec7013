import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {kubectls, streamsSuite} from './_streams.ts'

const account = ordinaryAccount()
const programs = kubectls()

if ('refused' in account) test.skip(`streams of an ordinary user: ${account.refused}`, t => t.pass())
else if (programs.length === 0) test.skip('streams: this machine has no kubectl', t => t.pass())
else streamsSuite(test, account, programs.slice(-1))
