import {accessSync, constants} from 'node:fs'
import {join} from 'node:path'

/** Where a judge is, on the PATH of whoever runs the tests. */
export function programNamed(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(':')
    .map(folder => join(folder, name))
    .find(path => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** What the title of a skipped test says. */
export function missing(name: string): string {
  return `no ${name} is on the PATH (docs/judges.md)`
}
