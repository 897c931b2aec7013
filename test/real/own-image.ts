import test from 'ava'
import {ownImageSuite} from './_own-image.ts'
import {rootAccount} from './_podlab.ts'

const account = rootAccount()

if ('refused' in account) test.skip(`images of our own, for root: ${account.refused}`, () => undefined)
else ownImageSuite(test, account)
