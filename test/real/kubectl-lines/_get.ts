import type {CommandLine} from './_line.ts'

/** `kubectl get` in its forms. */
export const get: readonly CommandLine[] = [
  {
    run: 'kubectl get pods -l app=kubia',
    says: `NAME  READY  STATUS  RESTARTS  AGE
kubia-NAME  1/1  Running  0  AGE
kubia-NAME  1/1  Running  0  AGE
kubia-NAME  1/1  Running  0  AGE`,
  },
  {
    run: 'kubectl get pod client -o wide',
    says: `NAME  READY  STATUS  RESTARTS  AGE  IP  NODE  NOMINATED NODE  READINESS GATES
client  1/1  Running  0  AGE  POD-IP  {node}  <none>  <none>`,
  },
  {run: 'kubectl get po -l app=kubia -o name', says: 'pod/kubia-NAME\npod/kubia-NAME\npod/kubia-NAME'},
  {
    run: 'kubectl get pod client -o yaml',
    says: ['apiVersion: v1\n', 'kind: Pod\n', 'nodeName: {node}\n', 'phase: Running\n'],
  },
  {run: 'kubectl get pods -o json', says: ['"apiVersion": "v1"', '"kind": "Pod"', '"kind": "List"']},
  {run: "kubectl get pod client -o 'jsonpath={.spec.nodeName}'", says: '{node}'},
  {
    run: "kubectl get pods -l run=client -o 'custom-columns=POD:.metadata.name,IMAGE:.spec.containers[*].image'",
    says: 'POD  IMAGE\nclient  curlimages/curl',
  },
  {run: "kubectl get pod client -o 'go-template={{.metadata.name}} {{.status.phase}}'", says: 'client Running'},
  {run: 'kubectl get pod client --show-labels --no-headers', says: 'client  1/1  Running  0  AGE  run=client'},
  {
    run: 'kubectl get pod client -L run',
    says: 'NAME  READY  STATUS  RESTARTS  AGE  RUN\nclient  1/1  Running  0  AGE  client',
  },
  {
    run: 'kubectl get pods --field-selector spec.nodeName={node},metadata.name=client -o name',
    says: 'pod/client',
  },
  {
    run: 'kubectl get pods -A --field-selector metadata.namespace={namespace},metadata.name=client',
    says: ['NAMESPACE  NAME', '{namespace}  client'],
  },
  {run: 'kubectl get svc --sort-by=.metadata.name -o name', says: 'service/kubia\nservice/plain'},
  {
    run: 'kubectl get svc kubia',
    says: 'NAME  TYPE  CLUSTER-IP  EXTERNAL-IP  PORT(S)  AGE\nkubia  ClusterIP  {ip}  <none>  80/TCP  AGE',
  },
  {
    run: 'kubectl get endpoints kubia',
    says: 'NAME  ENDPOINTS  AGE\nkubia  POD-IP:8080,POD-IP:8080,POD-IP:8080  AGE',
  },
  {
    run: 'kubectl get rs,deploy -o wide',
    says: [
      'replicaset.apps/kubia  3  3  3  AGE  kubia  luksa/kubia  app=kubia',
      'deployment.apps/web  2/2  2  2  AGE  nginx  nginx  app=web',
    ],
  },
  {
    run: 'kubectl get all -l app=web',
    says: ['pod/web-HASH-NAME  1/1  Running', 'deployment.apps/web', 'replicaset.apps/web-HASH  2  2  2'],
  },
  {
    run: 'kubectl get node {node}',
    says: /^NAME {2}STATUS {2}ROLES {2}AGE {2}VERSION\nv1-\d+-node {2}Ready {2}\S+ {2}AGE {2}v1\.32\.0\n$/,
  },
  {run: 'kubectl get ns {namespace}', says: 'NAME  STATUS  AGE\n{namespace}  Active  AGE'},
  {run: 'kubectl get pod nobody', fails: 1, says: 'Error from server (NotFound): pods "nobody" not found'},
  {run: 'kubectl get pods -n nowhere', says: ''},
  {run: 'kubectl get pods --field-selector spec.foo=1', fails: 1, says: ['field label not supported: spec.foo']},
  {run: 'kubectl get ruin', fails: 1, says: 'error: the server doesn\'t have a resource type "ruin"'},
  {run: 'kubectl get --raw /readyz', says: 'ok'},
  {
    run: 'kubectl get events --field-selector involvedObject.name=kubia',
    says: ['SuccessfulCreate', 'replicaset/kubia', 'Created pod: kubia-NAME'],
  },
]
