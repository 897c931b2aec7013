import test from 'ava'
import {outsideSuite} from './_outside.ts'
import {rootAccount} from './_podlab.ts'

/* What packets do is the same under the rules of Kubernetes 1.18. */
const account = rootAccount()

if ('refused' in account) test.skip(`outside, rules of 1.18: ${account.refused}`, () => undefined)
else outsideSuite(test, account, 'v1.18')
