/* The oldest Node that runs podlab; an older one could not even load the rest. */
const needed = [22, 18] as const
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `podlab: Node ${needed.join('.')} or newer is needed, this is ${process.versions.node}. Type: npm install -g node@24\n`,
  )
  process.exitCode = 3
} else {
  const {main} = await import('./cli/cli.ts')
  process.exitCode = await main(process.argv.slice(2))
}
