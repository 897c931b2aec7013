/** The files of a lab to start from, by name. `schema` is the way from its folder to the JSON Schema. */
export function starterLab({
  name,
  schema,
  program,
}: {
  readonly name: string
  readonly schema: string
  /** As the user calls podlab. */
  readonly program: string
}): Readonly<Record<string, string>> {
  return {'lab.yaml': labText(schema), 'README.md': readmeText(name, program)}
}

function labText(schema: string): string {
  return `# yaml-language-server: $schema=${schema}
# The line above lets an editor complete and check this file. Every key has a default; leave out what you do not change.
title: A Service in front of a few pods
summary: What this lab teaches, in a sentence or two.

# Values that are put in place of \${pods} below, and set from outside: --set pods=5
parameters:
  pods: { default: 3, description: How many pods stand behind the Service, min: 1, max: 200 }

# Networks and mechanisms. These are the defaults.
cluster:
  podNetwork: 172.17.0.0/16
  serviceRange: 10.96.0.0/12
  underlay: 10.0.20.0/24
  overlay: vxlan

# A name is enough; addresses are given in order. A pool makes several: { count: 9, prefix: node } is node1 to node9.
nodes:
  - { name: master, address: 10.0.20.4 }
  - node1

# What is there from the start: Kubernetes objects, or names of files that hold them.
manifests:
  - apiVersion: v1
    kind: Pod
    metadata: { name: client }
    spec: { containers: [{ name: client, image: curlimages/curl, command: [sleep, infinity] }] }
  - apiVersion: apps/v1
    kind: ReplicaSet
    metadata: { name: web }
    spec:
      replicas: \${pods}
      selector: { matchLabels: { app: web } }
      template:
        metadata: { labels: { app: web } }
        spec: { containers: [{ name: web, image: luksa/kubia, ports: [{ containerPort: 8080 }] }] }

# What "run" plays, step by step. A step is say, apply, delete, scale, exec, wait or check.
scenario:
  - wait: { pods: { selector: app=web, ready: "\${pods}" } }
    title: The pods are ready
  - apply:
      apiVersion: v1
      kind: Service
      metadata: { name: web }
      spec: { clusterIP: 10.96.0.80, selector: { app: web }, ports: [{ port: 80, targetPort: 8080 }] }
    title: A Service gives them one address
  - exec: { in: pod/client, run: curl -s --retry 5 --retry-connrefused http://10.96.0.80, expect: { contains: web- } }
    title: Whoever asks that address is answered by one of them

# What is graded, each with its points: by "run" at the end, by "check" at any time. A check tries again until it passes
# or its time is over.
checks:
  - title: The client reaches the Service
    points: 2
    reaches: { from: pod/client, to: "http://10.96.0.80", expect: "You've hit web-" }
  - title: Every pod gets its share
    points: 2
    balances: { from: pod/client, to: "http://10.96.0.80", pods: app=web }
  - title: Pods see each other by their own addresses
    sourceAddress: { from: pod/client, to: pod/app=web, port: 8080 }
`
}

function readmeText(name: string, program: string): string {
  return `# ${name}

What a reader should look at, in which order, and what there is to see. Show real output, and break something at the end.

\`\`\`
${program} lint .            # tells every mistake, with its line
${program} run .             # brings it up, plays the scenario, grades it, takes it down
${program} run . --set pods=5
\`\`\`

To look around, bring it up and leave it up:

\`\`\`
${program} up .
${program} get pods -o wide
${program} exec pod/client -- curl -s http://10.96.0.80
${program} exec node/node1 -- iptables-save -t nat
${program} check ${name}
${program} down ${name}
\`\`\`
`
}
