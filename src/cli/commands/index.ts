import {Argument, Option} from 'commander'
import type {CommandEntry} from '../command.ts'
import {json, lab, labArgument, report, several, target, targetNamespace} from '../common-options.ts'
import {patienceOption} from '../patience.ts'
import {setOption} from '../set-option.ts'
import {labless} from './labless.ts'

/** Every command. To add one: a file beside this one, and an entry here. */
export const commands = {
  run: {
    summary: 'bring a lab up, play its scenario, print a graded report, take it down',
    details:
      'Examples: podlab run labs/kubia\n          podlab run labs/kubia --report junit=report.xml --report markdown=report.md\nExit code 0 only when every step and every check passes.',
    arguments: [labArgument],
    options: [json, report, setOption, patienceOption, new Option('--keep', 'leave the lab up')],
    load: () => import('./run.ts'),
  },
  up: {
    summary: 'bring a lab up and leave it running',
    details: 'Example: podlab up labs/kubia',
    arguments: [labArgument],
    options: [
      setOption,
      patienceOption,
      new Option(
        '--insecure',
        'let the API server answer plain http, too: every user of this machine may then do everything',
      ),
    ],
    load: () => import('./up.ts'),
  },
  resume: {
    summary: 'bring back a lab that ended without being taken down, by a crash or a reboot',
    details: `Example: podlab resume kubia
Its objects, names, addresses and certificates are what they were; its containers start anew. podlab ls names the labs.`,
    arguments: [new Argument('[lab]', 'name, folder or file; may be left out when there is one')],
    options: [patienceOption],
    load: () => import('./resume.ts'),
  },
  down: {
    summary: 'take a lab down; nothing of it is left',
    arguments: [new Argument('[lab]', 'name, folder or file; may be left out when one is up')],
    options: [new Option('--all', 'every lab, running or kept')],
    load: () => import('./down.ts'),
  },
  ls: {summary: 'list the running labs, and those that can be resumed', options: [json], load: () => import('./ls.ts')},
  check: {
    summary: "grade a running lab with its lab file's checks",
    arguments: [new Argument('[lab]', 'name, folder or file; may be left out when one is up')],
    options: [json, report, patienceOption],
    load: () => import('./check.ts'),
  },
  pingall: {
    summary: 'call every pod and Service of a running lab from every pod, and print who reaches whom',
    details:
      'A pod is called at the first TCP port that it declares or listens on, else it is pinged; UDP is not tried.\nExit code 1 when something is not reached.',
    options: [lab, json],
    load: () => import('./pingall.ts'),
  },
  policy: {
    summary: 'call every pod from every other, and compare what comes of it with what NetworkPolicies say',
    details: `Examples: podlab policy matrix
          podlab policy matrix -n shop -n admin --port 80 --port 53/UDP -o json
Where nobody listens, a call that is refused has arrived: what policies deny is dropped. Exit code 1 when something is not as policies say.`,
    arguments: [new Argument('<what>', 'matrix').choices(['matrix'])],
    options: [
      lab,
      several('-n, --namespace <namespace>', 'only pods of this namespace; may be given several times'),
      several(
        '--port <port>',
        'call every pod there, as 80 or 53/UDP; its own ports when left out; several times, too',
      ),
      new Option('-o, --output <form>', 'how to print').choices(['table', 'json']).default('table'),
    ],
    load: () => import('./policy.ts'),
  },
  logs: {
    summary: 'print what a container has printed',
    details: `Examples: podlab logs kubia-7rt2n
          podlab logs pod/app=kubia --follow
          podlab logs web -c side --tail 20
          podlab logs web --previous`,
    arguments: [new Argument('<pod>', 'NAME, pod/NAME, pod/NAME/CONTAINER, NAMESPACE/pod/NAME or pod/LABEL=VALUE')],
    options: [
      lab,
      targetNamespace,
      new Option('-c, --container <name>', "one of the pod's containers; its first when left out"),
      new Option('-f, --follow', 'go on with what it prints, until the container ends'),
      new Option('-p, --previous', "the container's life before this one"),
      new Option('--tail <lines>', 'only the last lines'),
      new Option('--since <time>', 'only what was printed in the last 5s, 2m or 1h'),
    ],
    load: () => import('./logs.ts'),
  },
  get: {
    summary: 'list Kubernetes objects, as kubectl get does',
    details: 'Examples: podlab get pods\n          podlab get endpoints kubia\n          podlab get svc kubia -o yaml',
    arguments: [
      new Argument('<kind>', 'pods, services, endpoints, nodes, replicasets, namespaces'),
      new Argument('[name]'),
    ],
    options: [
      lab,
      new Option('-n, --namespace <namespace>', 'the namespace').default('default'),
      new Option('-A, --all-namespaces', 'objects of all namespaces'),
      new Option('--selector <selector>', 'only those whose labels match: app=kubia,tier!=db'),
      new Option('-o, --output <form>', 'how to print').choices(['wide', 'yaml', 'json', 'name']),
    ],
    load: () => import('./get.ts'),
  },
  kubectl: {
    summary: 'run kubectl on a lab without touching the environment',
    details: `Examples: podlab kubectl -- get pods -o wide
          podlab kubectl kubia -- describe svc kubia`,
    arguments: [new Argument('[words...]', "the lab and --, where several are up; then kubectl's words")],
    passThrough: true,
    load: () => import('./kubectl.ts'),
  },
  env: {
    summary: "print the line that makes a shell's kubectl mean a lab",
    details: 'Example: eval "$(podlab env kubia)"',
    arguments: [new Argument('[lab]', 'name, folder or file; may be left out when one is up')],
    load: () => import('./env.ts'),
  },
  exec: {
    summary: 'run a program in a pod or node',
    details:
      'Examples: podlab exec pod/client -- curl -s http://10.98.237.175\n          podlab exec node/node1 -- iptables-save -t nat',
    arguments: [target, new Argument('<program...>', 'the program and its arguments')],
    options: [lab, targetNamespace],
    passThrough: true,
    load: () => import('./exec.ts'),
  },
  story: {
    summary:
      'tell what has happened to an object, by whom, and what that set in motion; without one, what was asked for',
    details:
      'Examples: podlab story svc/kubia\n          podlab story rs/kubia\n          podlab story pod/client --json\n          podlab story dns client kubia',
    arguments: [
      new Argument('[object]', 'KIND/NAME, like svc/kubia or pod/client; or dns, for what a look-up of a name does'),
      new Argument('[words...]', 'after dns: the pod that asks, and the name'),
    ],
    options: [lab, json, new Option('-n, --namespace <namespace>', 'its namespace').default('default')],
    load: () => import('./story.ts'),
  },
  shell: {
    summary: 'open a shell in a pod or node',
    details: 'Example: podlab shell node/master',
    arguments: [target],
    options: [lab, targetNamespace],
    load: () => import('./shell.ts'),
  },
  set: {
    summary: 'change something of a running lab; without operands, list what can be set',
    details: 'Example: podlab set overlay udp',
    arguments: [new Argument('[setting]', 'overlay'), new Argument('[value]')],
    options: [lab],
    load: () => import('./set.ts'),
  },
  node: {
    summary: 'the agent of a node as a process of its own: stop it, start it, or join a cluster with this machine',
    details: `Examples: podlab node stop node2      a node of a lab that is \`outside: true\`
          podlab node start node2
          podlab node join node7 --kubeconfig kubelet.conf --pod-subnet 172.17.7.0/24
A node that joins lives until it is interrupted. All that it knows of the cluster it learns from the Kubernetes API.`,
    arguments: [
      new Argument('<action>', 'what to do').choices(['start', 'stop', 'join']),
      new Argument('[node]', "its name; to join, the machine's own when left out"),
    ],
    options: [
      lab,
      new Option('--kubeconfig <file>', 'join: where the API server is, and how to get in'),
      new Option('--server <url>', "join: the API server, in place of the kubeconfig's"),
      new Option('-i, --interface <name>', 'join: the link to the other nodes').default('eth0'),
      new Option('--address <ip>', "join: the node's address; that of the link when left out"),
      new Option('--pod-subnet <cidr>', "join: the node's part of the pod network; left out, the cluster gives it one"),
      new Option('--pod-network <cidr>', 'join: the network that all pods are in').default('172.17.0.0/16'),
      new Option('--service-range <cidr>', 'join: where the addresses of Services come from').default('10.96.0.0/12'),
      new Option('--overlay <backend>', 'join: how packets cross from node to node').default('vxlan'),
    ],
    load: () => import('./node.ts'),
  },
  diff: {
    summary: "show one Service's rules as two modes of kube-proxy write them",
    details: 'Example: podlab diff rules iptables nftables svc/kubia',
    arguments: [
      new Argument('<what>', 'rules'),
      new Argument('<mode>', 'userspace, iptables, ipvs or nftables'),
      new Argument('<other>', 'the other mode'),
      new Argument('<service>', 'svc/NAME'),
    ],
    options: [
      lab,
      new Option('-n, --namespace <namespace>', 'its namespace').default('default'),
      new Option('--node <name>', 'as the rules of this node; of the first when left out'),
    ],
    load: () => import('./diff.ts'),
  },
  capture: {
    summary: 'show the packets of a pod or node, or write them to a file for Wireshark',
    details: `Examples: podlab capture pod/client
          podlab capture node/node1 -i flannel.1 icmp
          podlab capture pod/client -c 10 tcp port 80 and not host 10.0.20.4
          podlab capture pod/client -w client.pcapng
          podlab capture pod/client -w - | wireshark -k -i -

A filter knows arp, ip, ip6, icmp, tcp, udp, vxlan, dns, [src|dst] host ADDRESS, [src|dst] net CIDR,
[tcp|udp] [src|dst] port NUMBER, joined with and, or, not and brackets (quote those for your shell).`,
    arguments: [target, new Argument('[filter...]', 'which packets; all when left out')],
    options: [
      lab,
      targetNamespace,
      new Option('-i, --interface <name>', 'this interface alone; all of them when left out'),
      new Option('-w, --write <file>', 'write pcapng to a file, or with - to standard output'),
      new Option('-c, --count <count>', 'end after so many packets'),
      new Option('--seconds <seconds>', 'end after so long'),
    ],
    load: () => import('./capture.ts'),
  },
  dump: {
    summary: 'write all that a report of a fault needs into an archive or a folder, secrets left out',
    details: `Examples: podlab dump
          podlab dump --lab kubia -o kubia.tar
          podlab dump -o folder
It works when the lab's daemon hangs, too, and describes the machine alone when no lab is up.`,
    options: [
      lab,
      new Option('-o, --output <file>', 'a .tar, .tar.gz or .tgz, or a folder that is empty or not there'),
    ],
    load: () => import('./dump.ts'),
  },
  ...labless,
} as const satisfies Readonly<Record<string, CommandEntry>>
