import {echoServer} from './echo-server.ts'
import {httpd} from './httpd.ts'
import {internet} from './internet.ts'
import {kubia} from './kubia.ts'
import {netexec} from './netexec.ts'
import {nginx} from './nginx.ts'
import {nothing} from './nothing.ts'
import type {Program, Programs} from './program.ts'
import {serveHostname} from './serve-hostname.ts'

/** The programs that images may name under `played`. */
export const programs = {
  echoServer,
  httpd,
  internet,
  kubia,
  netexec,
  nginx,
  nothing,
  serveHostname,
} as const satisfies Programs

/** One of them, or of those that a higher floor brings. */
export function findProgram(name: string, higher: Programs = {}): Program {
  const program = Object.entries({...programs, ...higher}).find(([known]) => known === name)?.[1]
  if (!program) throw new Error(`no program ${name} in node/programs`)
  return program
}
