import {z} from 'zod'
import {parseNetwork, parseNetwork6} from '../net/cidr.ts'
import {parseIp} from '../net/ip.ts'
import {parseIp6} from '../net/ip6.ts'
import {parsePortRange} from '../net/port-range.ts'
import {type CheckForm, checkSchema, conditionSchema} from './check-schema.ts'
import {dnsSchema, hostName} from './dns-schema.ts'
import {parametersSchema} from './parameters.ts'
import {mapping, parsed} from './shape.ts'
import {overlayName, proxyMode, stepSchema} from './step-schema.ts'

/** What a lab may be called. */
export const labName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, 'expected at most 40 of a-z, 0-9 and "-", like kubia')
/* A machine's name is that of its port on the underlay's switch, too, and the kernel's names of interfaces have 15 characters. */
const nodeName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$/, 'expected at most 15 of a-z, 0-9 and "-", like node1')
  .refine(
    name => !['lo', 'underlay', 'underlay0', 'internet0'].includes(name),
    'podlab itself uses this name; choose another',
  )

const network = (example: string) => parsed(parseNetwork, example)
const network6 = (example: string) => parsed(parseNetwork6, example)

const reconcile = (what: string) =>
  z
    .enum(['always', 'never'])
    .optional()
    .describe(`Never: it leaves ${what} alone as soon as a hand has changed something of them; always when left out`)

/** `cluster:` with all its defaults: flannel's, kube-proxy's and kubeadm's own where they have one. */
export const clusterSchema = mapping({
  podNetwork: network('172.17.0.0/16')
    .prefault('172.17.0.0/16')
    .describe('The network that the nodes take their pod subnets from'),
  serviceRange: network('10.96.0.0/12')
    .prefault('10.96.0.0/12')
    .describe('The network that cluster IPs are taken from'),
  underlay: network('10.0.20.0/24').prefault('10.0.20.0/24').describe("The nodes' own network"),
  loadBalancers: z
    .union([z.literal(''), network('10.0.40.0/24')])
    .optional()
    .describe(
      'Where Services of type LoadBalancer get their addresses from: 10.0.40.0/24 when left out, nowhere when it is empty',
    ),
  ipFamilies: z
    .array(z.enum(['IPv4', 'IPv6']))
    .refine(
      families => ['IPv4', 'IPv4,IPv6'].includes(families.join(',')),
      "expected [IPv4], or [IPv4, IPv6] for dual stack; podlab's clusters have IPv4 first",
    )
    .optional()
    .describe('Which addresses nodes, pods and Services have: [IPv4] when left out, [IPv4, IPv6] for dual stack'),
  podNetwork6: network6('fd00:172:17::/48')
    .optional()
    .describe('podNetwork of IPv6, a /64 for each node; fd00:172:17::/48 when left out'),
  serviceRange6: network6('fd00:10:96::/112')
    .optional()
    .describe('serviceRange of IPv6; fd00:10:96::/112 when left out'),
  underlay6: network6('fd00:10:0:20::/64').optional().describe('underlay of IPv6; fd00:10:0:20::/64 when left out'),
  loadBalancers6: z
    .union([z.literal(''), network6('fd00:10:0:40::/112')])
    .optional()
    .describe('loadBalancers of IPv6: fd00:10:0:40::/112 when left out, nowhere when it is empty'),
  overlay: overlayName.default('vxlan').describe('How packets cross from node to node: a backend of flannel'),
  proxyMode: proxyMode.default('iptables').describe('How kube-proxy makes Services work'),
  proxy: mapping({
    clusterCIDR: z
      .union([z.literal(''), network('172.17.0.0/16')])
      .optional()
      .describe('Where pods are: others are masqueraded. The pod network when left out; nobody is when it is empty'),
    masqueradeAll: z.boolean().optional().describe('Masquerades every packet for a cluster IP; false when left out'),
    localhostNodePorts: z
      .boolean()
      .optional()
      .describe('Node ports answer on 127.0.0.1, too; in iptables mode, true when left out'),
    nodePortAddresses: z
      .array(network('10.0.20.0/24'))
      .optional()
      .describe("Node ports answer at those of a node's addresses that lie in these networks; at all when left out"),
    portRange: parsed(parsePortRange, '45000-45100')
      .optional()
      .describe('Where the userspace mode takes the ports from at which it listens; anywhere when left out'),
    profile: z
      .enum(['v1.18', 'v1.30'])
      .optional()
      .describe('Of which version of Kubernetes the rules of iptables mode are; v1.30 when left out'),
    scheduler: z
      .enum(['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh'])
      .optional()
      .describe('In ipvs mode: how the kernel chooses an endpoint; rr, one after the other, when left out'),
    strictARP: z
      .boolean()
      .optional()
      .describe('In ipvs mode: a node answers no ARP for the addresses of kube-ipvs0; false when left out'),
  })
    .prefault({})
    .describe('What else kube-proxy is told, by the names of its own configuration'),
  reconcile: mapping({
    'kube-proxy': reconcile('its rules'),
    flannel: reconcile("its routes to the other nodes' pods"),
  })
    .optional()
    .describe('Whether a component writes what is its own again after somebody has changed it by hand'),
  dns: dnsSchema.describe("The cluster's DNS, kube-dns with its pods: false for none"),
})

const address6 = parsed(parseIp6, 'fd00:10:0:20::11').describe(
  'With dual stack, on underlay6; when left out that of the same number as address',
)

/** A node: its name alone, or a name with the addresses of your choice. */
export const nodeSchema = z.union(
  [
    nodeName,
    mapping({
      name: nodeName,
      address: parsed(parseIp, '10.0.20.11')
        .optional()
        .describe('On the underlay; from the eleventh address on when left out'),
      podSubnet: network('172.17.12.0/24').optional().describe('The next free one of podNetwork when left out'),
      address6: address6.optional(),
      podSubnet6: network6('fd00:172:17:c::/64')
        .optional()
        .describe('With dual stack; the next free /64 of podNetwork6 when left out'),
      outside: z
        .literal(true)
        .optional()
        .describe(
          "Its kubelet is a process of its own, which joins the cluster by the Kubernetes API, as another machine's would",
        ),
    }),
  ],
  {error: 'expected the name of a node, or a mapping with its name, address and podSubnet'},
)

/** How many nodes, clients or hosts a lab may have. */
export const machinesAtMost = 250

/** Several like nodes: node1, node2 and so on. */
export const poolSchema = mapping({
  count: z.int().min(1).max(machinesAtMost).describe('How many nodes'),
  prefix: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,11})$/, 'expected at most 12 of a-z, 0-9 and "-", like node')
    .default('node')
    .describe('What their names begin with; a number from 1 on follows'),
})

/** What stands under `nodes`, an item each: a node, or a pool. */
export const nodesItemSchema = z.union([nodeSchema, poolSchema], {
  error: 'expected the name of a node, a mapping with its name, address and podSubnet, or a pool with count and prefix',
})

const nodesSchema = z.union([z.array(nodesItemSchema).min(1).max(machinesAtMost), poolSchema], {
  error: 'expected a list of nodes, or a pool with count and prefix',
})

/** A client outside the cluster: its name alone, or its name and address. */
export const clientSchema = z.union(
  [
    nodeName,
    mapping({
      name: nodeName,
      address: parsed(parseIp, '10.0.20.100').optional().describe('On the underlay; the next free one when left out'),
      address6: address6.optional(),
    }),
  ],
  {error: 'expected the name of a client, or a mapping with its name and address'},
)

/** A pretend host of the internet: its address alone, or more. */
export const internetSchema = z.union(
  [
    parsed(parseIp, '203.0.113.10'),
    mapping({
      name: hostName.optional().describe('Its name in the DNS, like example.com'),
      address: parsed(parseIp, '203.0.113.10').describe('Out of 192.0.2.0/24, 198.51.100.0/24 or 203.0.113.0/24'),
      answer: z.string().min(1).optional().describe('What it answers when it is asked by HTTP, on port 80'),
    }),
  ],
  {error: 'expected an address, or a mapping with address, name and answer'},
)

const program = z.array(z.string())
const variableName = z.string().regex(/^[^=\0]+$/, 'expected the name of a variable, without "="')

/** How many images of its own a lab may name. */
export const imagesAtMost = 50

/** An image of one's own: a root file system on disk. */
export const imageSchema = mapping({
  name: z
    .string()
    .max(255)
    .regex(
      /^([a-zA-Z0-9.-]+:[0-9]+\/)?[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/,
      'expected the name of an image, without a tag, like my/app',
    )
    .describe("What manifests call it; none of the catalogue's names"),
  root: z.string().min(1).describe('A folder, or a tar (.tar, .tar.gz, .tar.zst), found from the folder of this file'),
  entrypoint: program.min(1).optional().describe("Program and first arguments; a manifest's command replaces it"),
  arguments: program.optional().describe("Further arguments; a manifest's args replace them"),
  environment: z.record(variableName, z.string()).optional().describe('Variables that its program finds'),
  workingDirectory: z
    .string()
    .regex(/^\//, 'expected a path that begins with /')
    .optional()
    .describe('Where its program starts; / when left out'),
})

/** A manifest: a file beside the lab, or the object itself. */
export const manifestSchema = z.union([z.string().min(1), z.record(z.string(), z.unknown())], {
  error: 'expected the name of a manifest file, or a Kubernetes object',
})

/** The keys of a lab file, for checks of these types. */
export function labShape(checks: Readonly<Record<string, CheckForm>>) {
  const condition = conditionSchema(checks)
  return {
    name: labName.optional().describe("The lab's name; its folder's when left out"),
    title: z.string().min(1).optional().describe('One line for people'),
    summary: z.string().optional().describe('What there is to learn'),
    parameters: parametersSchema
      .optional()
      .describe('Values that are put in place of $' + '{NAME} and set with --set NAME=VALUE; each with its default'),
    include: z
      .array(z.string().min(1))
      .optional()
      .describe('Files with keys of this lab, found from the folder of this file'),
    cluster: clusterSchema.optional().describe('Networks and mechanisms; each has a default'),
    nodes: nodesSchema.optional().describe('Names, mappings and pools; one node, node1, when left out'),
    clients: z
      .array(clientSchema)
      .max(machinesAtMost)
      .optional()
      .describe("Clients outside the cluster, on the nodes' own network"),
    internet: z
      .array(internetSchema)
      .max(machinesAtMost)
      .optional()
      .describe('A pretend internet: hosts that answer HTTP'),
    images: z
      .array(imageSchema)
      .max(imagesAtMost)
      .optional()
      .describe("Images of your own: root file systems on disk, beside those of podlab's catalogue"),
    manifests: z.array(manifestSchema).optional().describe('What is there from the start'),
    scenario: z.array(stepSchema(manifestSchema, condition)).optional().describe('What podlab run plays'),
    checks: z.array(checkSchema(checks)).optional().describe('What is graded'),
  }
}

/** The whole lab file. */
export function labSchema(checks: Readonly<Record<string, CheckForm>>) {
  return mapping(labShape(checks))
}
