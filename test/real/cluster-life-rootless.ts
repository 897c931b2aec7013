import test from 'ava'
import {kubectlsFound} from './_kubectl-found.ts'
import {deletion} from './_page-deletion.ts'
import {failingNode} from './_page-failing-node.ts'
import {scheduling} from './_page-scheduling.ts'
import {pagesSuite} from './_pages.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()
const [client] = kubectlsFound().slice(-1)

if ('refused' in account) test.skip(`the life of a cluster, of an ordinary user: ${account.refused}`, t => t.pass())
else if (!client) test.skip('the life of a cluster: this machine has no kubectl', t => t.pass())
else pagesSuite(test, account, client, [scheduling, failingNode, deletion])
