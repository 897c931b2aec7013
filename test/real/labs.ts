import test from 'ava'
import {everyLab} from './_labs.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`every lab, as root: ${account.refused}`, () => undefined)
else everyLab(test, account)
