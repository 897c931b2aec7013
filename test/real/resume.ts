import test from 'ava'
import {rootAccount} from './_podlab.ts'
import {resumes} from './_resume.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`resuming as root: ${account.refused}`, () => undefined)
else resumes(test, account)
