import test from 'ava'
import {kubectlsFound} from './_kubectl-found.ts'
import {disruptionBudget} from './_page-budget.ts'
import {connectApplications} from './_page-connect.ts'
import {debugServices} from './_page-debug.ts'
import {kubia} from './_page-kubia.ts'
import {pagesSuite} from './_pages.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()
const [client] = kubectlsFound().slice(-1)

if ('refused' in account) test.skip(`pages of the documentation, of root: ${account.refused}`, t => t.pass())
else if (!client) test.skip('pages of the documentation: this machine has no kubectl', t => t.pass())
else pagesSuite(test, account, client, [kubia, connectApplications, debugServices, disruptionBudget])
