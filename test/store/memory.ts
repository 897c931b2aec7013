import test from 'ava'
import {memoryStore} from '../../src/store/memory.ts'
import {storeContract} from '../contract/store.ts'

storeContract(test, memoryStore)
