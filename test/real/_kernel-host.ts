/** The first process of a test's sandbox: a linux kernel. */
import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {linuxKernel} from '../../src/kernel/linux.ts'
import {nsenterRun} from '../../src/kernel/run.ts'
import {serve} from './_serve.ts'

execFileSync('mount', ['--make-rprivate', '/'])
execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run'])
mkdirSync('/run/netns')

serve({...linuxKernel({run: nsenterRun()})})
