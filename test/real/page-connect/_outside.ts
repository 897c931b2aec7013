import type {Line} from '../_pages.ts'
import {page} from './_nginx.ts'

/** Exposing the Service. */
export const outside: readonly Line[] = [
  {
    run: 'kubectl get svc my-nginx -o yaml | grep nodePort -C 5',
    says: `
...
  ports:
  - name: http
    nodePort: {httpport}
    port: 8080
    protocol: TCP
    targetPort: 80
  - name: https
    nodePort: {httpsport}
    port: 443
    protocol: TCP
    targetPort: 443
  selector:
    run: my-nginx
  ...`,
  },
  {
    run: 'kubectl get nodes -o yaml | grep ExternalIP -C 1',
    skip: 'the nodes of a lab have internal addresses only, as those of a cluster at home',
  },
  {
    run: 'podlab exec client/laptop -- curl -s https://10.0.20.11:{httpsport} -k',
    says: page('<h1>Welcome to nginx!</h1>'),
  },
  {
    run: 'podlab exec client/laptop -- curl -s http://10.0.20.12:{httpport}',
    says: page('<h1>Welcome to nginx!</h1>'),
  },
  {
    run: "KUBE_EDITOR='sed -i s/NodePort/LoadBalancer/' kubectl edit svc my-nginx",
    says: 'service/my-nginx edited',
  },
  {
    run: 'kubectl get svc my-nginx',
    says: `
NAME       TYPE           CLUSTER-IP   EXTERNAL-IP   PORT(S)                                      AGE
my-nginx   LoadBalancer   {secureip}   {balancer}     8080:{httpport}/TCP,443:{httpsport}/TCP      {_}`,
    soon: true,
  },
  {
    run: 'podlab exec client/laptop -- curl -s https://{balancer} -k',
    says: page('<title>Welcome to nginx!</title>'),
    soon: true,
  },
]
