import test from 'ava'
import {ordinaryAccount} from './_podlab.ts'
import {resumes} from './_resume.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`resuming as an ordinary user: ${account.refused}`, () => undefined)
else resumes(test, account)
