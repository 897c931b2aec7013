import test from 'ava'
import fc from 'fast-check'
import {dissect} from '../../src/net/packet-dissect.ts'
import {FilterError, parseFilter} from '../../src/net/packet-filter.ts'
import {arp, dns, echo, ethernet, ipv4, name, tcp, udp, unreachable, vxlan} from './_packets.ts'

/* Each packet goes from 172.17.13.2 to 172.17.12.2, but for what is in the tunnel. */
const packets = {
  arp: ethernet(arp(1, '172.17.13.2', '172.17.13.1'), 0x0806),
  ping: ethernet(ipv4(1, echo(8, 1, 1))),
  web: ethernet(ipv4(6, tcp(2, {from: 40000, to: 80}))),
  answer: ethernet(ipv4(6, tcp(18, {from: 80, to: 40000}), {from: '172.17.12.2', to: '172.17.13.2'})),
  dns: ethernet(ipv4(17, udp(dns(0x0100, name('web')), {from: 40000, to: 53}))),
  tunnel: ethernet(ipv4(17, vxlan(1, ethernet(ipv4(1, echo(8, 1, 1)))), {from: '10.0.20.4', to: '10.0.20.11'})),
  error: ethernet(ipv4(1, unreachable(3, ipv4(17, udp(Buffer.alloc(0), {to: 9}))))),
}

const lets = test.macro({
  exec: (t, filter: string, names: string) => {
    const keeps = parseFilter(filter)
    const kept = Object.entries(packets).filter(([, bytes]) => keeps(dissect(bytes)))
    t.is(kept.map(([name]) => name).join(' '), names)
  },
  title: (_, filter, names) => `"${filter}" lets ${names || 'nothing'} through`,
})

test(lets, '', 'arp ping web answer dns tunnel error')
test(lets, 'arp', 'arp')
test(lets, 'icmp', 'ping error')
test(lets, 'tcp', 'web answer')
test(lets, 'vxlan', 'tunnel')
test(lets, 'udp', 'dns tunnel')
test(lets, 'ip6', '')
test(lets, 'not ip', 'arp')
test(lets, '! ip', 'arp')
test(lets, 'port 80', 'web answer')
test(lets, 'tcp dst port 80', 'web')
test(lets, 'udp port 80', '')
test(lets, 'src port 80', 'answer')
test(lets, 'tcp port 80 and src host 172.17.13.2', 'web')
test(lets, 'host 172.17.13.1', 'arp')
test(lets, 'net 10.0.20.0/24', 'tunnel')
test(lets, 'src net 172.17.13.7/24 tcp', 'web')
test(lets, 'arp or icmp and not host 172.17.13.2', 'arp')
test(lets, '(arp or icmp) and not dst host 172.17.13.1', 'ping error')
test(lets, 'arp || tcp && !(port 80)', 'arp')
test(lets, 'dns', 'dns')
test(lets, 'port 9', '')

const refused = test.macro({
  exec: (t, filter: string, message: string) =>
    t.true(t.throws(() => parseFilter(filter), {instanceOf: FilterError})?.message.startsWith(message)),
  title: (_, filter) => `"${filter}" is refused`,
})

const cannot = (filter: string) => `the filter "${filter}" cannot be read: `
test(refused, 'tpc', `${cannot('tpc')}there is "tpc" where one of arp, ip,`)
test(refused, 'port', `${cannot('port')}it ends where a port number should be`)
test(refused, 'port 70000', `${cannot('port 70000')}there is "70000" where a port number`)
test(refused, 'port http', `${cannot('port http')}there is "http" where a port number`)
test(refused, 'host web', 'in the filter: "web" is not an IPv4 address')
test(refused, 'net 10.0.0.0', 'in the filter: "10.0.0.0" is not a network')
test(refused, 'host', `${cannot('host')}it ends where an address should be`)
test(refused, 'tcp and', `${cannot('tcp and')}it ends where one of`)
test(refused, '( tcp', `${cannot('( tcp')}it ends where a closing bracket should be`)
test(refused, 'tcp )', `${cannot('tcp )')}there is ")" where`)
test(refused, 'src tcp', `${cannot('src tcp')}there is "tcp" where host, net or port should be`)
test(refused, 'tcp src host 10.0.0.1', `${cannot('tcp src host 10.0.0.1')}there is "host" where port should be`)
test(refused, 'constructor', `${cannot('constructor')}there is "constructor"`)
test(refused, 'not', `${cannot('not')}it ends`)

test('any words are read or refused with FilterError', t => {
  const word = fc.constantFrom(
    'tcp',
    'udp',
    'port',
    '80',
    'not',
    'and',
    'or',
    '(',
    ')',
    'src',
    'host',
    '10.0.0.1',
    'net',
    'x',
  )
  fc.assert(
    fc.property(fc.array(word, {maxLength: 7}), words => {
      try {
        parseFilter(words.join(' '))(dissect(packets.web))
      } catch (error) {
        t.true(error instanceof FilterError, String(error))
      }
    }),
  )
})
