import test from 'ava'
import {clientsFound, kubectlSuite} from './_kubectl.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()
const clients = clientsFound()

if ('refused' in account) test.skip(`kubectl in a lab of root: ${account.refused}`, () => undefined)
else if ('refused' in clients) test.skip(`kubectl in a lab of root: ${clients.refused}`, () => undefined)
else kubectlSuite(test, account, clients)
