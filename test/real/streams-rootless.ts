import test from 'ava'
import {kubectlsFound} from './_kubectl-found.ts'
import {ordinaryAccount} from './_podlab.ts'
import {streamsSuite} from './_streams.ts'

const account = ordinaryAccount()
const clients = kubectlsFound()

if ('refused' in account) test.skip(`streams of an ordinary user: ${account.refused}`, t => t.pass())
else if (clients.length === 0) test.skip('streams: this machine has no kubectl', t => t.pass())
else streamsSuite(test, account, clients.slice(-1))
