import type {Line} from '../_pages.ts'
import {page} from './_nginx.ts'

/** Creating a Service, and accessing it. */
export const service: readonly Line[] = [
  {run: 'kubectl expose deployment/my-nginx', says: 'service/my-nginx exposed'},
  {
    run: 'kubectl get svc my-nginx',
    says: `
NAME       TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE
my-nginx   ClusterIP   {clusterip}  <none>        80/TCP    {_}`,
  },
  {
    run: 'kubectl describe svc my-nginx',
    says: `
Name:                     my-nginx
Namespace:                default
Labels:                   <none>
Annotations:              <none>
Selector:                 run=my-nginx
Type:                     ClusterIP
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       {clusterip}
IPs:                      {clusterip}
Port:                     <unset>  80/TCP
TargetPort:               80/TCP
Endpoints:                {first}:80,{second}:80
Session Affinity:         None
Internal Traffic Policy:  Cluster
Events:                   <none>`,
    soon: true,
  },
  {
    run: 'kubectl get endpointslices -l kubernetes.io/service-name=my-nginx',
    says: `
NAME    ADDRESSTYPE   PORTS   ENDPOINTS       AGE
{slice} IPv4          80      {_}             {_}`,
  },
  {
    run: 'podlab exec node/worker2 -- curl -s http://{clusterip}:80',
    says: page('<h1>Welcome to nginx!</h1>'),
    soon: true,
  },
  {
    run: 'kubectl exec {old1} -- printenv | grep SERVICE | sort',
    says: 'KUBERNETES_SERVICE_HOST=10.96.0.1\nKUBERNETES_SERVICE_PORT=443\nKUBERNETES_SERVICE_PORT_HTTPS=443',
  },
  {
    run: 'kubectl scale deployment my-nginx --replicas=0; kubectl scale deployment my-nginx --replicas=2;',
    says: 'deployment.apps/my-nginx scaled\ndeployment.apps/my-nginx scaled',
  },
  {
    run: 'kubectl get pods -l run=my-nginx -o wide',
    says: `
NAME   READY   STATUS    RESTARTS   AGE   IP      NODE   NOMINATED NODE   READINESS GATES
{new1} 1/1     Running   0          {_}   {ip3}   {_}    <none>           <none>
{new2} 1/1     Running   0          {_}   {ip4}   {_}    <none>           <none>`,
    soon: true,
  },
  {
    run: 'kubectl exec {new1} -- printenv | grep SERVICE | sort',
    says: `
KUBERNETES_SERVICE_HOST=10.96.0.1
KUBERNETES_SERVICE_PORT=443
KUBERNETES_SERVICE_PORT_HTTPS=443
MY_NGINX_SERVICE_HOST={clusterip}
MY_NGINX_SERVICE_PORT=80`,
  },
  {
    run: 'kubectl get services kube-dns --namespace=kube-system',
    says: `
NAME       TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)                  AGE
kube-dns   ClusterIP   10.96.0.10   <none>        53/UDP,53/TCP,9153/TCP   {_}`,
  },
  {
    run: 'kubectl run curl --image=radial/busyboxplus:curl -i --tty --rm',
    input: 'nslookup my-nginx\nexit\n',
    says: `
...
Name:    my-nginx.default.svc.cluster.local
Address: {clusterip}
...`,
  },
]
