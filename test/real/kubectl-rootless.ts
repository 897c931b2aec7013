import test from 'ava'
import {clientsFound, kubectlSuite} from './_kubectl.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()
const clients = clientsFound()

if ('refused' in account) test.skip(`kubectl in a lab of an ordinary user: ${account.refused}`, () => undefined)
else if ('refused' in clients) test.skip(`kubectl in a lab of an ordinary user: ${clients.refused}`, () => undefined)
else kubectlSuite(test, account, clients.slice(-1))
