import test from 'ava'
import {ownImageSuite} from './_own-image.ts'
import {ordinaryAccount} from './_podlab.ts'

const account = ordinaryAccount()

if ('refused' in account) test.skip(`images of our own, for an ordinary user: ${account.refused}`, () => undefined)
else ownImageSuite(test, account)
