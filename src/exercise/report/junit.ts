import {type Case, casesOf, type Outcome} from './outcome.ts'
import {type Element, printXml} from './xml.ts'

/**
 * JUnit's XML, as CI systems read it: a suite for the lab, a case for its scenario and one for each check. A failure's message is one
 * line for a list, its text has all.
 */
export function junitReport(outcome: Outcome): string {
  const cases = casesOf(outcome)
  const numbers = {
    tests: `${cases.length}`,
    failures: `${cases.filter(({pass}) => !pass).length}`,
    errors: '0',
    time: seconds(cases.reduce((sum, {milliseconds}) => sum + milliseconds, 0)),
  }
  const suite: Element = {
    name: 'testsuite',
    attributes: {name: outcome.lab, ...numbers, skipped: '0'},
    inside: cases.map(one => caseElement(one, outcome.lab)),
  }
  return printXml({name: 'testsuites', attributes: {name: 'podlab', ...numbers}, inside: [suite]})
}

function caseElement({title, type, pass, milliseconds, said}: Case, lab: string): Element {
  const text = said.map(([label, words]) => `${label}: ${words}`).join('\n')
  const told: Element = pass
    ? {name: 'system-out', attributes: {}, inside: text}
    : {name: 'failure', attributes: {message: messageOf(said), type}, inside: text}
  return {
    name: 'testcase',
    attributes: {name: title, classname: `${lab}.${type}`, time: seconds(milliseconds)},
    inside: pass && text === '' ? [] : [told],
  }
}

function messageOf(said: Case['said']): string {
  const [, text = 'failed'] = said.find(([label]) => label === 'seen' || label === 'reason') ?? []
  return text.split('\n')[0] ?? text
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3)
}
