import test from 'ava'
import type {Verdict} from '../../../src/exercise/check.ts'
import {runCheck} from '../../../src/exercise/run-check.ts'
import {during, fakeLab, type World} from '../_fake-lab.ts'

/** A command that is refused by the other side. */
export const refused = {code: 7, stderr: 'curl: (7) Failed to connect to 10.0.0.1 port 80'}

/** The verdict of one check, given as it stands in a lab file, in a lab that answers so. */
export async function verdictOf(check: string, world: World): Promise<Verdict> {
  const lab = fakeLab({...world, text: `nodes: [master, node1]\nchecks:\n  - ${check}\n`})
  const [config] = lab.lab.checks
  if (config === undefined) throw new Error('no check')
  return runCheck(config, lab, during())
}

/** Passes in a world that is as the check wants it. */
export const passes = test.macro({
  exec: async (t, check: string, world: World) => {
    const {pass, ...words} = await verdictOf(check, world)
    t.true(pass, JSON.stringify(words))
  },
  title: (title = '') => `passes: ${title}`,
})

/** The negative control: fails in another world, and says what it saw. */
export const fails = test.macro({
  exec: async (t, check: string, world: World, seen: RegExp) => {
    const verdict = await verdictOf(check, world)
    t.false(verdict.pass)
    t.regex(verdict.seen, seen)
    t.regex(verdict.command, /^\.\/podlab (exec|get|logs|pingall)/)
    t.not(verdict.expected, '')
  },
  title: (title = '') => `fails: ${title}`,
})
