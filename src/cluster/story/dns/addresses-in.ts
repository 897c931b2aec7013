/** The addresses that `getent ahosts` or `nslookup` has found; getent has a line for each address and kind of socket, of nslookup's words those after the name count. */
export function addressesIn(stdout: string): readonly string[] {
  const own = stdout.includes('Server:') ? stdout.slice(stdout.indexOf('Name:') + 1 || stdout.length) : stdout
  const found = own.match(/(?<![\d.])\d+\.\d+\.\d+\.\d+(?![\d.])|(?<![\w:.])[0-9a-f]*:[0-9a-f:.]+(?![\w:.])/g) ?? []
  return [...new Set(found)]
}
