import type {Line} from '../_pages.ts'
import {page} from './_nginx.ts'

/** Exposing pods to the cluster. */
export const pods: readonly Line[] = [
  {run: 'kubectl apply -f ./run-my-nginx.yaml', says: 'deployment.apps/my-nginx created'},
  {
    run: 'kubectl get pods -l run=my-nginx -o wide',
    says: `
NAME   READY   STATUS    RESTARTS   AGE   IP      NODE   NOMINATED NODE   READINESS GATES
{old1} 1/1     Running   0          {_}   {ip1}   {_}    <none>           <none>
{old2} 1/1     Running   0          {_}   {ip2}   {_}    <none>           <none>`,
    soon: true,
  },
  {
    run: 'kubectl get pods -l run=my-nginx -o custom-columns=POD_IP:.status.podIPs',
    says: 'POD_IP\n[map[ip:{ip1}]]\n[map[ip:{ip2}]]',
  },
  {run: 'podlab exec node/worker1 -- curl -s http://{ip1}', says: page('<h1>Welcome to nginx!</h1>')},
  {run: 'podlab exec node/worker1 -- curl -s http://{ip2}', says: page('<h1>Welcome to nginx!</h1>')},
]
