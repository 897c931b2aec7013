import test from 'ava'
import type {KubeObject} from '../../../src/objects/kube-object.ts'
import {pod} from '../_fake-lab.ts'
import {fails, passes} from './_verdict.ts'

const ready = 'pods: {selector: app=kubia, ready: 2}'
test('so many are ready', passes, ready, {objects: [pod('a'), pod('b'), pod('c', {app: 'web'})]})
test('one is not', fails, ready, {objects: [pod('a'), pod('b', {ready: false})]}, /a ready, b not ready \(Running\)/)
test('one too many', fails, ready, {objects: [pod('a'), pod('b'), pod('c', {ready: false})]}, /c not ready/)
test('one of them is on its way out', fails, ready, {objects: [pod('a'), leaving('b')]}, /^a ready$/)
test('one more is on its way out', passes, ready, {objects: [pod('a'), pod('b'), leaving('c')]})
test('none', fails, ready, {}, /no pod/)

function leaving(name: string): KubeObject {
  const object = pod(name)
  return {...object, metadata: {...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z'}}
}
