import test from 'ava'
import {parseIp} from '../../../src/net/ip.ts'
import {endpointChain, serviceChain} from '../../../src/node/proxy/names.ts'

const service = test.macro({
  exec: (t, name: string, protocol: 'tcp' | 'udp', hash: string) =>
    t.is(serviceChain('SVC', {name, protocol}), `KUBE-SVC-${hash}`),
  title: (_, name, protocol, hash) => `${name} ${protocol} has the chain KUBE-SVC-${hash}`,
})

test(service, 'kube-system/kube-dns:dns-tcp', 'tcp', 'ERIFXISQEP7F7OF4')
test(service, 'kube-system/kube-dns:dns', 'udp', 'TCOU7JCQXEZGVUNU')
test(service, 'kube-system/kube-dns:metrics', 'tcp', 'JD5MR3NA4I4DYORP')
test(service, 'default/kubernetes:https', 'tcp', 'NPX46M4PTMTKRN6Y')
test(service, 'default/kubia', 'tcp', 'XCCRWSFD2BRL7CRI')
test(service, 'default/kubia:http', 'tcp', '4LEAQQBWDM4SV2YZ')

const endpoint = test.macro({
  exec: (t, name: string, protocol: 'tcp' | 'udp', ip: string, hash: string) => {
    const chain = endpointChain({name, protocol}, {ip: parseIp(ip), port: 53, ready: true})
    t.is(chain, `KUBE-SEP-${hash}`)
  },
  title: (_, name, __, ip, hash) => `${ip}:53 of ${name} has the chain KUBE-SEP-${hash}`,
})

test(endpoint, 'kube-system/kube-dns:dns-tcp', 'tcp', '10.32.0.3', 'S4MK5EVI7CLHCCS6')
test(endpoint, 'kube-system/kube-dns:dns-tcp', 'tcp', '10.32.0.4', 'ZT5TVM6PMFDFQAMO')
test(endpoint, 'kube-system/kube-dns:dns', 'udp', '10.32.0.3', '3DU66DE6VORVEQVD')
