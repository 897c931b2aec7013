import test from 'ava'
import {kubectlsFound} from './_kubectl-found.ts'
import {disruptionBudget} from './_page-budget.ts'
import {connectApplications} from './_page-connect.ts'
import {debugServices} from './_page-debug.ts'
import {kubia} from './_page-kubia.ts'
import {pagesSuite} from './_pages.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()
const [client] = kubectlsFound().slice(-1)

if ('refused' in account)
  test.skip(`pages of the documentation, of an ordinary user: ${account.refused}`, t => t.pass())
else if (!client) test.skip('pages of the documentation: this machine has no kubectl', t => t.pass())
else pagesSuite(test, account, client, [kubia, connectApplications, debugServices, disruptionBudget])
