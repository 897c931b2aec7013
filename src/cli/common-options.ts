import {Argument, Option} from 'commander'

/* What several commands take. */

export const lab = new Option('-l, --lab <name>', 'the running lab; may be left out when one is up')
export const json = new Option('--json', 'print JSON')
export const report = new Option(
  '--report <form=file>',
  'write a report (json, junit, tap, markdown) to a file; without =FILE to standard output; may be given several times',
).argParser((value: string, before: readonly string[] = []) => [...before, value])
export const labArgument = new Argument('<lab>', 'a folder with a lab.yaml, or the file')
export const target = new Argument(
  '<target>',
  'pod/NAME, pod/NAME/CONTAINER, NAMESPACE/pod/NAME, pod/LABEL=VALUE, node/NAME or client/NAME',
)
export const targetNamespace = new Option('-n, --namespace <namespace>', "the pod's namespace; default when left out")
export const several = (flags: string, description: string) =>
  new Option(flags, description).argParser((value: string, before: readonly string[] = []) => [...before, value])
