import type {CommandLine} from './_line.ts'

/** Things are made. */
export const create: readonly CommandLine[] = [
  {run: 'kubectl create namespace {namespace}', says: 'namespace/{namespace} created'},
  {run: 'kubectl create -f kubia-replicaset.yaml', says: 'replicaset.apps/kubia created'},
  {run: 'kubectl create -f kubia-svc.yaml', says: 'service/kubia created'},
  {run: 'kubectl create -f client.yaml', says: 'pod/client created'},
  {
    run: 'kubectl create -f client.yaml',
    fails: 1,
    says: 'Error from server (AlreadyExists): error when creating "client.yaml": pods "client" already exists',
  },
  {run: 'kubectl create configmap made --from-literal=a=1', says: 'configmap/made created'},
  {run: 'kubectl create secret generic hidden --from-literal=word=please', says: 'secret/hidden created'},
  {run: 'kubectl create serviceaccount robot', says: 'serviceaccount/robot created'},
  {run: 'kubectl create service clusterip plain --tcp=80:8080', says: 'service/plain created'},
  {run: 'kubectl create deployment web --image=nginx --replicas=2 --port=80', says: 'deployment.apps/web created'},
  {
    run: 'kubectl create -f typo.yaml',
    fails: 1,
    says: ['strict decoding error: unknown field "spec.containers[0].imagee"'],
    older: {below: 25, says: ['unknown field "imagee" in io.k8s.api.core.v1.Container']},
  },
]
