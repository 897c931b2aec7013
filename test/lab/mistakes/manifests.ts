import test from 'ava'
import {kinds} from '../../../src/objects/kinds.ts'
import {mistakesIn} from '../_lab.ts'
import {pod, refused} from './_refused.ts'

test(
  'a manifest file that is not there',
  refused,
  'manifests: [a.yaml]\n',
  '1:13 the manifest file labs/some/a.yaml does not exist',
)
test(
  'an unknown image',
  refused,
  `manifests:\n  - ${pod('a', 'luksa/kubai')}\n`,
  '2:94 podlab has no image "luksa/kubai"; did you mean "luksa/kubia"?',
)
test(
  'two manifests of one name',
  refused,
  `manifests:\n  - ${pod('a')}\n  - ${pod('a')}\n`,
  '3:50 a second Pod named a',
)
test(
  'a manifest that is a list',
  refused,
  'manifests: [[1]]\n',
  '1:13 expected the name of a manifest file, or a Kubernetes object',
)
test(
  'a node as a manifest',
  refused,
  'manifests:\n  - {apiVersion: v1, kind: Node, metadata: {name: a}}\n',
  '2:28 a manifest cannot make a node',
)
test(
  'a cluster IP outside the range',
  refused,
  'manifests:\n  - {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: 10.0.0.1, ports: [{port: 80}]}}\n',
  '2:76 the cluster IP 10.0.0.1 lies outside the service range 10.96.0.0/12',
)

test("a manifest's mistake is told where it stands, in its own file", t => {
  const manifest = `# a pod\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n---\napiVersion: v1\nkind: Foo\n`
  t.deepEqual(mistakesIn('manifests: [a.yaml]', {'labs/some/a.yaml': manifest}), [
    `labs/some/a.yaml 8:7 kind: podlab does not know the kind "Foo"; it knows ${Object.keys(kinds).join(', ')}`,
  ])
  t.deepEqual(mistakesIn('manifests: [a.yaml]', {'labs/some/a.yaml': 'kind:\n\t- a'}), [
    'labs/some/a.yaml 2:1 a tab indents this line',
  ])
  t.deepEqual(mistakesIn('manifests: [a.yaml]', {'labs/some/a.yaml': '# nothing'}), [
    '1:13 the manifest file labs/some/a.yaml is empty',
  ])
})
