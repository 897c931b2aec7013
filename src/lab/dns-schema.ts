import {z} from 'zod'
import {parseIp} from '../net/ip.ts'
import {NetError} from '../net/net-error.ts'
import type {Resolver} from './lab.ts'
import {mapping, parsed} from './shape.ts'

/** A name as machines outside the cluster have it. */
export const hostName = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/,
    'expected a host name in lower case, like example.com',
  )

const dnsForm = 'expected false, or a mapping with server, corefile, upstream and host'

function parseResolver(text: string): Resolver {
  const [, address = '', port = '53'] = /^([^:]*)(?::(\d{1,5}))?$/.exec(text) ?? []
  if (Number(port) < 1 || Number(port) > 65535) throw new NetError(`"${port}" is no port; expected 1 to 65535`)
  return {address: parseIp(address), port: Number(port)}
}

/** `cluster.dns:` who answers for names. */
export const dnsSchema = z
  .union(
    [
      z.boolean().refine(is => !is, dnsForm),
      mapping({
        server: z
          .enum(['podlab', 'coredns', 'none'])
          .default('podlab')
          .describe("podlab's own server, or the real CoreDNS, if its program is on the PATH"),
        corefile: z.string().min(1).optional().describe("The Corefile that it begins with; kubeadm's when left out"),
        upstream: z
          .record(
            hostName,
            z.union([parsed(parseIp, '203.0.113.10'), z.array(parsed(parseIp, '203.0.113.10')).min(1).max(20)], {
              error: 'expected an address, or a list of addresses',
            }),
          )
          .optional()
          .describe("Names outside the cluster with their addresses, which the nodes' DNS server knows"),
        host: z
          .union([parsed(parseResolver, '192.0.2.53:53'), z.literal(true)], {
            error: 'expected true, or the address of a DNS server, like 192.0.2.53 or 192.0.2.53:5353',
          })
          .optional()
          .describe("Has all other names asked of this machine's own DNS servers (true), or of one that it reaches"),
      }),
    ],
    {error: dnsForm},
  )
  .prefault({})
