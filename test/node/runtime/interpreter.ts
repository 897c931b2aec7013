import {readFileSync} from 'node:fs'
import test from 'ava'
import {tinyElf} from '../../../src/kernel/elf.ts'
import {interpreterOf} from '../../../src/node/runtime/interpreter.ts'

const of = (text: string) => interpreterOf(Buffer.from(text))

test('a script has the program after #!', t => {
  t.is(of('#!/bin/sh\necho'), '/bin/sh')
  t.is(of('#! /usr/bin/env node\n'), '/usr/bin/env')
  t.is(of('#!\necho'), undefined)
})

test('a program with shared libraries has its loader, a static one none', t => {
  t.regex(interpreterOf(readFileSync(process.execPath).subarray(0, 4096)) ?? '', /^\/lib.*\/ld-linux.*\.so\.\d$/)
  t.is(interpreterOf(Buffer.from(tinyElf('pause', 'x64'))), undefined)
})

test('what is neither has none', t => {
  t.is(of(''), undefined)
  t.is(of('text'), undefined)
  t.is(interpreterOf(Buffer.from('7f454c4602010100'.padEnd(128, 'f'), 'hex')), undefined)
})
