/** The JSON documents that a batch printed, one a line; throws SyntaxError for anything else. */
export function parseDocuments(text: string): unknown[][] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown[])
}
