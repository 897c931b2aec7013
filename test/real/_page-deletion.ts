import type {Page} from './_pages.ts'

/* Its pods stay Terminating until somebody has seen them so, and long enough for who told them to be answered. */
const enough = (pods: string) => {
  const words = pods.split(' ')
  const [one, other] = words.splice(-2)
  const touch = (pod = '') => ['kubectl exec', ...words, pod, '-- touch /tmp/enough'].join(' ')
  return `${touch(one)} && ${touch(other)}`
}

/** "Use Cascading Deletion in a Cluster", "Finalizers" and "Namespaces Walkthrough": what goes, in which order, and what holds it up. */
export const deletion: Page = {
  title: 'Cascading deletion, finalizers and namespaces',
  word: 'deletion',
  lab: `
nodes: [{name: worker1}]
`,
  files: {
    'rs.yaml': `apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: x}
spec:
  replicas: 2
  selector: {matchLabels: {app: x}}
  template:
    metadata: {labels: {app: x}}
    spec:
      terminationGracePeriodSeconds: 60
      containers: [{name: main, image: busybox, command: [sh, -c, "trap '' TERM; until [ -e /tmp/enough ]; do sleep 0.2; done; sleep 1"]}]
`,
    'mymap.yaml': `apiVersion: v1
kind: ConfigMap
metadata: {name: mymap, finalizers: [kubernetes]}
`,
  },
  lines: [
    {run: 'kubectl create -f rs.yaml', says: 'replicaset.apps/x created'},
    {
      run: 'kubectl wait --for=condition=Ready pod -l app=x --timeout=50s',
      says: 'pod/{a} condition met\npod/{b} condition met',
      soon: true,
    },
    {run: 'kubectl delete rs x --cascade=orphan', says: 'replicaset.apps "x" deleted'},
    {run: "kubectl get pods -l app=x -o jsonpath='{.items[*].metadata.ownerReferences}'", says: ''},
    {run: 'kubectl get pods -l app=x --no-headers', says: '{a} 1/1 Running 0 {_}\n{b} 1/1 Running 0 {_}'},
    {run: 'kubectl create -f rs.yaml', says: 'replicaset.apps/x created'},
    {
      run: "kubectl get pods -l app=x -o jsonpath='{.items[*].metadata.ownerReferences[*].name}'",
      says: 'x x',
      soon: true,
    },
    {run: 'kubectl delete rs x --cascade=foreground --wait=false', says: 'replicaset.apps "x" deleted'},
    {run: "kubectl get rs x -o jsonpath='{.metadata.finalizers}'", says: '["foregroundDeletion"]'},
    {
      run: 'kubectl get pods -l app=x --no-headers',
      says: '{a} 1/1 Terminating 0 {_}\n{b} 1/1 Terminating 0 {_}',
      soon: true,
    },
    {run: enough('{a} {b}')},
    // It says that it has seen it go only where it was still there.
    {run: 'kubectl wait --for=delete rs/x --timeout=50s'},
    {run: 'kubectl get rs x', fails: 1, says: 'Error from server (NotFound): replicasets.apps "x" not found'},
    {run: 'kubectl get pods -l app=x -o name', says: ''},
    {run: 'kubectl create -f rs.yaml', says: 'replicaset.apps/x created'},
    {
      run: 'kubectl wait --for=condition=Ready pod -l app=x --timeout=50s',
      says: 'pod/{c} condition met\npod/{d} condition met',
      soon: true,
    },
    {run: 'kubectl delete rs x --cascade=background', says: 'replicaset.apps "x" deleted'},
    {
      run: 'kubectl get pods -l app=x --no-headers',
      says: '{c} 1/1 Terminating 0 {_}\n{d} 1/1 Terminating 0 {_}',
      soon: true,
    },
    {run: enough('{c} {d}')},

    {run: 'kubectl create -f mymap.yaml', says: 'configmap/mymap created'},
    {run: 'kubectl delete configmap/mymap --wait=false', says: 'configmap "mymap" deleted'},
    {run: "kubectl get configmap/mymap -o jsonpath='{.metadata.finalizers}'", says: '["kubernetes"]'},
    {
      run: `kubectl patch configmap/mymap --type json --patch='[{"op": "remove", "path": "/metadata/finalizers"}]'`,
      says: 'configmap/mymap patched',
    },
    {run: 'kubectl get configmap/mymap', fails: 1, says: 'Error from server (NotFound): configmaps "mymap" not found'},

    {run: 'kubectl create namespace development', says: 'namespace/development created'},
    {
      run: 'kubectl get sa,cm -n development',
      says: `
NAME                     SECRETS   AGE
serviceaccount/default   0         {_}
NAME                         DATA   AGE
configmap/kube-root-ca.crt   1      {_}`,
      soon: true,
    },
    {run: 'kubectl create -n development -f mymap.yaml', says: 'configmap/mymap created'},
    {run: 'kubectl create -n development -f rs.yaml', says: 'replicaset.apps/x created'},
    {
      run: 'kubectl wait -n development --for=condition=Ready pod -l app=x --timeout=50s',
      says: 'pod/{e} condition met\npod/{f} condition met',
      soon: true,
    },
    {run: 'kubectl delete namespace development --wait=false', says: 'namespace "development" deleted'},
    {
      run: 'kubectl get namespace development -o jsonpath=\'{.status.conditions[?(@.type=="NamespaceContentRemaining")].message}\'',
      says: 'Some resources are remaining: configmaps. has 1 resource instances, pods. has 2 resource instances',
      soon: true,
    },
    {run: 'kubectl get namespace development --no-headers', says: 'development Terminating {_}'},
    {
      run: 'kubectl create configmap late -n development',
      fails: 1,
      says: 'error: failed to create configmap: configmaps "late" is forbidden: unable to create new content in namespace development because it is being terminated',
    },
    {
      run: 'kubectl get namespace development -o jsonpath=\'{.status.conditions[?(@.type=="NamespaceFinalizersRemaining")].message}\'',
      says: 'Some content in the namespace has finalizers remaining: kubernetes in 1 resource instances',
    },
    {
      run: `kubectl patch -n development configmap/mymap --type json --patch='[{"op": "remove", "path": "/metadata/finalizers"}]'`,
      says: 'configmap/mymap patched',
    },
    {run: enough('-n development {e} {f}')},
    {run: 'kubectl wait --for=delete namespace/development --timeout=50s'},
    {
      run: 'kubectl get namespace development',
      fails: 1,
      says: 'Error from server (NotFound): namespaces "development" not found',
    },
    {
      run: 'kubectl delete namespace default',
      fails: 1,
      says: 'Error from server (Forbidden): namespaces "default" is forbidden: this namespace may not be deleted',
    },
  ],
}
