import test from 'ava'
import {prints, sample} from './_prints.ts'

test(
  prints,
  sample('NetworkPolicy', 'deny', {spec: {podSelector: {matchLabels: {app: 'db', tier: 'x'}}}}),
  {},
  `
NAME   POD-SELECTOR    AGE
deny   app=db,tier=x   2m10s
`,
)
test(
  prints,
  sample('NetworkPolicy', 'deny', {spec: {podSelector: {}}}),
  {wide: true},
  `
NAME   POD-SELECTOR   AGE     ENFORCED-BY
deny   <none>         2m10s   nftables table network-policy
`,
)
test(
  prints,
  sample('Ingress', 'web', {
    spec: {ingressClassName: 'nginx', tls: [{}], rules: [{host: 'a.example.com'}, {host: 'b.example.com'}]},
    status: {loadBalancer: {ingress: [{ip: '10.0.20.9'}]}},
  }),
  {},
  `
NAME   CLASS   HOSTS                         ADDRESS     PORTS     AGE
web    nginx   a.example.com,b.example.com   10.0.20.9   80, 443   2m10s
`,
)
test(
  prints,
  sample('IngressClass', 'nginx', {spec: {controller: 'k8s.io/ingress-nginx'}}),
  {},
  `
NAME    CONTROLLER             PARAMETERS   AGE
nginx   k8s.io/ingress-nginx   <none>       2m10s
`,
)
