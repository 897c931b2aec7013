import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Page} from './_pages.ts'

const lab = (file: string) => readFileSync(join(import.meta.dirname, '../../labs/kubia', file), 'utf8')

const threePods = (one: string) => `
NAME      READY   STATUS    RESTARTS   AGE
{${one}1} 1/1     Running   0          {_}
{${one}2} 1/1     Running   0          {_}
{${one}3} 1/1     Running   0          {_}`

const service = `
NAME         TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)   AGE
kubernetes   ClusterIP   10.96.0.1       <none>        443/TCP   {_}
kubia        ClusterIP   10.98.237.175   <none>        80/TCP    {_}`

/** The transcript "kubia": a ReplicaSet of three pods, a Service in front of them, and what becomes of it as pods come and go. */
export const kubia: Page = {
  title: "You've hit kubia",
  word: 'kubia',
  lab: `
nodes: [{name: master, address: 10.0.20.4, podSubnet: 172.17.13.0/24}, {name: node1, address: 10.0.20.11, podSubnet: 172.17.12.0/24}]
`,
  files: {'kubia-replicaset.yaml': lab('kubia-rs.yaml'), 'kubia-svc.yaml': lab('kubia-svc.yaml')},
  lines: [
    {run: 'kubectl create -f kubia-replicaset.yaml', says: 'replicaset.apps/kubia created'},
    {
      run: 'kubectl get rs',
      says: `
NAME    DESIRED   CURRENT   READY   AGE
kubia   3         3         3       {_}`,
      soon: true,
    },
    {run: 'kubectl get pods', says: threePods('pod'), soon: true},
    {run: 'kubectl create -f kubia-svc.yaml', says: 'service/kubia created'},
    {run: 'kubectl get svc', says: service},
    {
      run: 'kubectl describe svc kubia',
      says: `
Name:                     kubia
Namespace:                default
Labels:                   <none>
Annotations:              <none>
Selector:                 app=kubia
Type:                     ClusterIP
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.98.237.175
IPs:                      10.98.237.175
Port:                     <unset>  80/TCP
TargetPort:               8080/TCP
Endpoints:                {_}:8080,{_}:8080,{_}:8080
Session Affinity:         None
Internal Traffic Policy:  Cluster
Events:                   <none>`,
      soon: true,
    },
    {
      run: 'kubectl get endpoints kubia',
      says: `
NAME    ENDPOINTS                                       AGE
kubia   {endpoint1},{endpoint2},{endpoint3}             {_}`,
    },
    {run: 'kubectl exec {pod1} -- curl -s http://10.98.237.175', says: "You've hit kubia-{_}", soon: true},
    {
      run: `kubectl exec {pod1} -- sh -c 'for i in $(seq 60); do curl -s http://10.98.237.175; done' | sort -u`,
      says: "You've hit {pod1}\nYou've hit {pod2}\nYou've hit {pod3}",
    },
    {run: 'kubectl delete po {pod1}', says: 'pod "{pod1}" deleted'},
    {
      run: `kubectl get po -o name | grep -v -e {pod2} -e {pod3}`,
      says: 'pod/{pod4}',
    },
    {
      run: "kubectl get endpoints kubia -o jsonpath='{.subsets[*].addresses[*].targetRef.name}' | xargs -n1 | sort | xargs",
      says: '{_} {_} {_}',
      soon: true,
    },
    {
      run: "kubectl get endpoints kubia -o jsonpath='{.subsets[*].addresses[*].targetRef.name}' | grep -c {pod1}",
      fails: 1,
    },
    {
      run: `kubectl exec {pod2} -- sh -c 'for i in $(seq 60); do curl -s http://10.98.237.175; done' | sort -u | grep -c hit`,
      says: '3',
      soon: true,
    },
    {
      run: 'kubectl delete po -l app=kubia | sort -u | wc -l',
      says: '3',
    },
    {run: 'kubectl get pods', says: threePods('new'), soon: true},
    {run: 'kubectl get svc', says: service},
    {run: 'kubectl exec {new1} -- curl -s http://10.98.237.175', says: "You've hit kubia-{_}", soon: true},
    {run: 'kubectl scale rs kubia --replicas=0', says: 'replicaset.apps/kubia scaled'},
    {
      run: 'kubectl get endpoints kubia',
      says: 'NAME ENDPOINTS AGE\nkubia   <none>   {_}',
      soon: true,
    },
    {run: 'kubectl delete svc,rs kubia', says: 'service "kubia" deleted\nreplicaset.apps "kubia" deleted'},
    {run: 'kubectl get rs', fails: 0, says: 'No resources found in default namespace.'},
  ],
}
