import test from 'ava'
import {everyLab} from './_labs.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`every lab, as an ordinary user: ${account.refused}`, () => undefined)
else everyLab(test, account)
