import test from 'ava'
import fc from 'fast-check'
import {parse} from 'yaml'
import {olderIngress} from '../../src/objects/ingress-older.ts'
import type {KubeObject} from '../../src/objects/kube-object.ts'

const beta = parse(`
spec:
  backend: {serviceName: rest, servicePort: http}
  rules:
    - host: kubia.example.com
      http: {paths: [{path: /kubia, backend: {serviceName: kubia-nodeport, servicePort: 80}}]}
`)
const stored = parse(`
spec:
  defaultBackend: {service: {name: rest, port: {name: http}}}
  rules:
    - host: kubia.example.com
      http: {paths: [{path: /kubia, pathType: ImplementationSpecific, backend: {service: {name: kubia-nodeport, port: {number: 80}}}}]}
`)

test('an Ingress of a beta version is read into the fields of the stored one', t =>
  t.deepEqual(olderIngress.read(beta), stored))

test('a stored Ingress is shown in the fields of a beta version', t => {
  const shown = olderIngress.show(stored) as typeof beta
  t.deepEqual(shown.spec.backend, beta.spec.backend)
  t.deepEqual(shown.spec.rules[0].http.paths[0].backend, {serviceName: 'kubia-nodeport', servicePort: 80})
  t.deepEqual(olderIngress.read(shown), stored)
})

test('what is no Ingress is left for others to refuse', t => {
  fc.assert(
    fc.property(fc.jsonValue(), spec => {
      const odd = [{spec}, {spec: {rules: spec}}, {spec: {rules: [{http: {paths: spec}}], backend: spec}}]
      for (const value of odd) {
        olderIngress.read(value)
        olderIngress.show(value as unknown as KubeObject)
      }
      return true
    }),
  )
  t.deepEqual(olderIngress.read({spec: {rules: [7, {http: 'x'}]}}), {spec: {rules: [7, {http: 'x'}]}})
})
