import test from 'ava'
import {fails, passes} from './_verdict.ts'

const run = 'exec: {in: node/node1, run: ip route'
test('code 0', passes, `${run}}`, {exec: () => 'default'})
test('another code', fails, `${run}}`, {exec: () => ({code: 1, stderr: 'bad'})}, /code 1\nbad/)
test('the code that is wanted', passes, `${run}, expect: {code: 1}}`, {exec: () => ({code: 1})})
test('the output', passes, `${run}, expect: {equals: a b}}`, {exec: () => 'a b\n'})
test('another output', fails, `${run}, expect: {equals: a b}}`, {exec: () => 'a b c\n'}, /a b c/)
test('a part of it', passes, `${run}, expect: {contains: b}}`, {exec: () => 'a b c\n'})
test('without the part', fails, `${run}, expect: {contains: d}}`, {exec: () => 'a b c\n'}, /a b c/)
test('like an expression', passes, `${run}, expect: {matches: '^b$'}}`, {exec: () => 'a\nb\n'})
test('not like it', fails, `${run}, expect: {matches: '^b$'}}`, {exec: () => 'ab\n'}, /ab/)
test('not, and it is not', passes, `${run}, expect: {contains: d}, not: true}`, {exec: () => 'a'})
test('not, and yet it is', fails, `${run}, expect: {contains: a}, not: true}`, {exec: () => 'a'}, /a/)
test('killed', fails, `${run}}`, {exec: () => ({code: 124})}, /killed at its time limit, no output/)
test(
  'not, because the program is missing',
  fails,
  `${run}, expect: {contains: a}, not: true}`,
  {exec: () => ({code: 127})},
  /code 127/,
)
