import {Argument, Option} from 'commander'
import type {CommandEntry} from '../command.ts'
import {patienceOption} from '../patience.ts'
import {setOption} from '../set-option.ts'

const lab = new Option('-l, --lab <name>', 'the running lab; may be left out when one is up')
const json = new Option('--json', 'print JSON')
const report = new Option(
  '--report <form=file>',
  'write a report (json, junit, tap, markdown) to a file; without =FILE to standard output; may be given several times',
).argParser((value: string, before: readonly string[] = []) => [...before, value])
const labArgument = new Argument('<lab>', 'a folder with a lab.yaml, or the file')
const target = new Argument(
  '<target>',
  'pod/NAME, pod/NAME/CONTAINER, NAMESPACE/pod/NAME, pod/LABEL=VALUE, node/NAME or client/NAME',
)
const targetNamespace = new Option('-n, --namespace <namespace>', "the pod's namespace; default when left out")
const several = (flags: string, description: string) =>
  new Option(flags, description).argParser((value: string, before: readonly string[] = []) => [...before, value])

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
  lint: {
    summary: 'read labs and tell everything that is wrong with them; nothing is started',
    details: 'Example: podlab lint labs/*\nExit code 2 when there are mistakes.',
    arguments: [new Argument('<labs...>', 'folders with a lab.yaml, or files')],
    options: [json, setOption, new Option('--strict', 'warnings are mistakes, too')],
    load: () => import('./lint.ts'),
  },
  fmt: {
    summary: 'write lab files in the one form that all of them have; comments stay',
    details: 'Example: podlab fmt labs/*\nWith --check, exit code 1 when a file would change.',
    arguments: [new Argument('<labs...>', 'folders with a lab.yaml, or files')],
    options: [new Option('--check', 'change nothing, name the files that would change')],
    load: () => import('./fmt.ts'),
  },
  new: {
    summary: 'write a lab to start from: a folder with lab.yaml and README.md',
    details: 'Example: podlab new labs/mine\nA folder that has anything in it is left alone.',
    arguments: [new Argument('<folder>', 'where to; its last part is the name of the lab')],
    load: () => import('./new.ts'),
  },
  graph: {
    summary: 'show what hangs together in a lab: nodes, pods, services, networks',
    details: `Examples: podlab graph                       the lab that is up, as text
          podlab graph --svg kubia.svg       a picture
          podlab graph labs/kubia --mermaid  a lab that need not be up, for a README`,
    arguments: [new Argument('[lab]', 'name, folder or file; may be left out when one is up')],
    options: [
      new Option('--svg <file>', 'write a picture to a file, or with - to standard output'),
      new Option('--mermaid', 'print a Mermaid flow chart'),
    ],
    load: () => import('./graph.ts'),
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
  gc: {
    summary: 'remove what dead labs have left behind',
    details:
      'Example: podlab gc --dry-run\nThere is something only if a keeper was killed or its folder removed. A lab that lives is never touched.',
    options: [
      new Option('--dry-run', 'only say what would be done'),
      new Option('--kept', 'remove what is kept of labs that could be resumed, too'),
    ],
    load: () => import('./gc.ts'),
  },
  doctor: {
    summary: 'find out what this machine can do, by doing it, and say what to do about the rest',
    options: [json, new Option('--modules', 'only list the kernel modules that podlab can use, for modules-load.d')],
    load: () => import('./doctor.ts'),
  },
  vm: {
    summary: "run a command in a virtual machine with Debian's own kernel, for what this machine's kernel lacks",
    details: `Examples: podlab vm --setup                          once: fetches qemu (as root) and the kernel
          podlab vm -- ./podlab run labs/proxy-ipvs
          podlab vm --share out -- ./podlab run labs/proxy-ipvs --report json=out/report.json
The machine has this one's files, read-only: what it writes is gone with it, but in folders that are shared. The exit code is the
command's; 124 when it had not ended in time.`,
    arguments: [new Argument('[command...]', 'the program and its arguments')],
    options: [
      new Option('--timeout <seconds>', 'how long the whole may take').default('900'),
      new Option('--memory <MiB>', "the machine's memory").default('2048'),
      new Option('--cpus <count>', "the machine's processors").default('1'),
      new Option('--share <folder>', 'a folder that it may write to; may be given several times').argParser(
        (value: string, before: readonly string[] = []) => [...before, value],
      ),
      new Option('--setup', 'only fetch what a machine needs'),
      new Option('--kernel <file>', "setup: a Debian package of a kernel, in place of apt's newest"),
    ],
    passThrough: true,
    load: () => import('./vm.ts'),
  },
  completion: {
    summary: 'print what bash, zsh or fish need to complete commands, labs and targets',
    details: `Examples: source <(podlab completion bash)      in ~/.bashrc
          source <(podlab completion zsh)       in ~/.zshrc, after compinit
          podlab completion fish | source       in ~/.config/fish/config.fish`,
    arguments: [
      new Argument('<shell>', 'bash, zsh or fish'),
      new Argument('[words...]', 'what has been typed so far: then what the last word could become is printed'),
    ],
    passThrough: true,
    load: () => import('./completion.ts'),
  },
  test: {
    summary: "run podlab's own tests",
    details: 'Without files: format and lint, types, then every test. With files: those tests alone.',
    arguments: [new Argument('[files...]', 'test files')],
    load: () => import('./test.ts'),
  },
} as const satisfies Readonly<Record<string, CommandEntry>>
