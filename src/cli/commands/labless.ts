import {Argument, Option} from 'commander'
import type {CommandEntry} from '../command.ts'
import {json, several} from '../common-options.ts'
import {setOption} from '../set-option.ts'

/** Commands about lab files and this machine; no lab has to be up for them. */
export const labless = {
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
      several('--share <folder>', 'a folder that it may write to; may be given several times'),
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
