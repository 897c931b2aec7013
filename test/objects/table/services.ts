import test from 'ava'
import {sampleService} from '../_samples.ts'
import {prints, type Sample, sample} from './_prints.ts'

test(
  prints,
  sampleService('kubia', {clusterIP: '10.98.237.175', ports: [{port: 80}, {port: 53, protocol: 'UDP'}]}),
  {wide: true},
  `
NAME    TYPE        CLUSTER-IP      EXTERNAL-IP   PORT(S)         AGE     SELECTOR
kubia   ClusterIP   10.98.237.175   <none>        80/TCP,53/UDP   2m10s   app=kubia
`,
)

function endpoints(name: string, subsets: unknown) {
  return {apiVersion: 'v1', kind: 'Endpoints', metadata: {name}, subsets} as Sample
}
const addresses = [2, 3, 4, 5].map(last => ({ip: `172.17.12.${last}`}))
test(
  prints,
  endpoints('none', []),
  {},
  `
NAME   ENDPOINTS   AGE
none   <none>      2m10s
`,
)
test(
  prints,
  endpoints('four', [{addresses, ports: [{port: 8080}]}]),
  {},
  `
NAME   ENDPOINTS                                                        AGE
four   172.17.12.2:8080,172.17.12.3:8080,172.17.12.4:8080 + 1 more...   2m10s
`,
)
test(
  prints,
  endpoints('unready', [{notReadyAddresses: addresses, ports: [{port: 8080}]}]),
  {},
  `
NAME      ENDPOINTS   AGE
unready               2m10s
`,
)

test(
  prints,
  sample('EndpointSlice', 'kubia-x2x5k', {
    addressType: 'IPv4',
    endpoints: [2, 3, 4, 5].map(last => ({addresses: [`172.17.12.${last}`]})),
    ports: [{port: 8080}],
  }),
  {},
  `
NAME          ADDRESSTYPE   PORTS   ENDPOINTS                                         AGE
kubia-x2x5k   IPv4          8080    172.17.12.2,172.17.12.3,172.17.12.4 + 1 more...   2m10s
`,
)
test(
  prints,
  sample('EndpointSlice', 'none', {addressType: 'IPv4', endpoints: []}),
  {},
  `
NAME   ADDRESSTYPE   PORTS     ENDPOINTS   AGE
none   IPv4          <unset>   <unset>     2m10s
`,
)
