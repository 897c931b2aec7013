/** A page of nginx that has such a line. */
export const page = (line: string) => `...\n${line}\n...`
