import {accessSync, constants, statSync} from 'node:fs'

/** Where a program may lie, in the order in which execvp looks. */
export function candidatePaths(
  name: string,
  {environment, workingDirectory}: {environment: Readonly<Record<string, string>>; workingDirectory: string},
): readonly string[] {
  if (name.includes('/')) return [name.startsWith('/') ? name : `${workingDirectory}/${name}`]
  return (environment.PATH ?? '').split(':').map(folder => `${folder}/${name}`)
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
