import test from 'ava'
import {kubectlsFound} from './_kubectl-found.ts'
import {rootAccount} from './_podlab.ts'
import {streamsSuite} from './_streams.ts'

const account = rootAccount()
const clients = kubectlsFound()

if ('refused' in account) test.skip(`streams of root: ${account.refused}`, t => t.pass())
else if (clients.length === 0) test.skip('streams: this machine has no kubectl', t => t.pass())
else streamsSuite(test, account, clients)
