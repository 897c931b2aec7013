import {z} from 'zod'
import {exactlyOne} from './check-schema.ts'
import {checked, mapping, parsed} from './shape.ts'
import {parseObjectReference, parseReference, parseTarget, readSelector} from './targets.ts'
import {splitWords} from './words.ts'

/** A target as text: `pod/client`, `pod/app=kubia`, `node/node1`. */
export const target = checked(parseTarget, 'pod/client').describe(
  'Where it runs: pod/NAME, pod/NAME/CONTAINER, pod/LABEL=VALUE (the first that is ready), node/NAME or client/NAME',
)

/** A command: a line that is split into words without a shell, or the words themselves. */
export const command = z
  .union([parsed(splitWords, 'curl -s http://10.98.237.175'), z.array(z.string())], {
    error: 'expected a command line, or a list of its words',
  })
  .refine(words => words.length > 0, 'expected a command')
  .describe('A command line, split into words without a shell; or a list, taken as it is')

/* Whoever copies a line from a page has its first word, too. */
const kubectlWords = command
  .refine(([first]) => first !== 'kubectl', 'expected the words after kubectl, without kubectl')
  .refine(
    words => !words.some(word => /\{name:(?!([^{}\s/]+\/)?pod\/[^{}\s]+\})/.test(word)),
    'after {name: expected pod/NAME or pod/LABEL=VALUE and }: only pods get their names from the cluster',
  )

/** A regular expression, as JavaScript reads it. */
export const pattern = checked(text => new RegExp(text, 'm'), "^You've hit").describe(
  'A regular expression; ^ and $ match at line ends',
)

/** What a command that ran must have given. */
export const expectation = mapping({
  code: z.int().min(0).max(255).optional().describe('The exit code; 0 when left out'),
  equals: z.string().optional().describe('The whole output, blanks at its ends aside'),
  contains: z.string().optional().describe('A part of the output'),
  matches: pattern.optional(),
})

/** A label selector as text. */
export const selector = checked(readSelector, 'app=kubia')

/** A reference to one object by kind and name. */
export const objectReference = parsed(parseObjectReference, 'endpoints/kubia')

/** The namespace of what is named; `default` when left out. */
export const namespace = z.string().min(1).default('default')

const reference = parsed(parseReference, 'replicaset/kubia')
const replicas = z.int().min(0).max(10_000)

/** What flannel may be told. */
export const overlayName = z.enum(['vxlan', 'udp', 'host-gw'])

/** What kube-proxy may be told. */
export const proxyMode = z.enum(['userspace', 'iptables', 'ipvs', 'nftables'])

const setting = {
  overlay: overlayName.optional().describe('How packets cross from node to node'),
  proxy: proxyMode.optional().describe('How kube-proxy makes Services work'),
}

/** One step of the scenario: an optional title and exactly one thing to do. */
export function stepSchema<M extends z.ZodType, C extends z.ZodType>(manifest: M, condition: C) {
  const plain = plainVerbs(manifest, condition)
  const played = {play: z.array(stepOf(plain)).min(1).describe('The steps')}
  const each = exactlyOne(
    mapping({
      overlay: z.array(overlayName).min(1).optional().describe('Backends of flannel, in their order'),
      proxy: z.array(proxyMode).min(1).optional().describe('Modes of kube-proxy, in their order'),
      ...played,
    }),
    Object.keys(setting),
    'each',
  )
  return stepOf({
    ...plain,
    each: each
      .optional()
      .describe('Plays the same steps for each value of a setting; what this machine lacks is passed over'),
  })
}

function stepOf<V extends z.core.$ZodLooseShape>(verbs: V) {
  const step = mapping({
    ...verbs,
    namespace,
    title: z.string().min(1).optional().describe('Said before it is done'),
  })
  return exactlyOne(step, Object.keys(verbs), 'step')
}

function plainVerbs<M extends z.ZodType, C extends z.ZodType>(manifest: M, condition: C) {
  return {
    say: z.string().min(1).optional().describe('A text for the reader'),
    apply: z
      .union([manifest, z.array(manifest).min(1)])
      .optional()
      .describe('Creates or updates: a file, an object, or a list of them'),
    delete: reference.optional().describe('KIND/NAME or KIND/LABEL=VALUE'),
    scale: z
      .record(z.string(), replicas)
      .refine(scale => Object.keys(scale).length === 1, 'expected one entry, like replicaset/kubia: 5')
      .optional()
      .describe('KIND/NAME: how many'),
    exec: mapping({in: target, run: command, expect: expectation.optional()})
      .optional()
      .describe('Runs a command and shows its output'),
    kubectl: z
      .union([kubectlWords, mapping({run: kubectlWords, expect: expectation.optional()})])
      .optional()
      .describe(
        "Runs this machine's kubectl on the lab, in the lab's folder: its words, or those and what to expect. {name:pod/app=kubia} is a pod's name",
      ),
    set: exactlyOne(mapping(setting), Object.keys(setting), 'set')
      .optional()
      .describe('Changes something of the lab, and waits until every node has done it'),
    wait: condition.optional().describe('Goes on once the check passes'),
    check: condition.optional().describe('Shows the verdict; the scenario stops when it fails'),
  }
}
