import {existsSync, globSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import test from 'ava'

const root = join(import.meta.dirname, '..')
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...globSync('docs/*.md', {cwd: root}),
  ...globSync('labs/*/README.md', {cwd: root}),
]

/* Without what stands between fences. */
const prose = (text: string) => text.replaceAll(/^```.*?^```$/gms, '')

/** The anchors that a page's headings have where it is shown. */
function anchorsOf(text: string): readonly string[] {
  const headings = [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading)
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** The links within the repository that lead nowhere. */
function broken(page: string, text: string): readonly string[] {
  const links = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter(link => {
    if (/^[a-z]+:/.test(link)) return false
    const [path = '', anchor] = link.split('#')
    const file = path === '' ? join(root, page) : join(root, dirname(page), path)
    if (!existsSync(file)) return true
    return anchor !== undefined && !anchorsOf(path === '' ? text : readFileSync(file, 'utf8')).includes(anchor)
  })
}

for (const page of pages)
  test(`every link of ${page} leads somewhere`, t =>
    t.deepEqual(broken(page, readFileSync(join(root, page), 'utf8')), []))

test('a link to a page, or to a part of one, that is not there is found', t => {
  const text = '# A b: c\n[x](none.md) [y](docs/kubectl.md#nowhere) [z](#a-b-c) [w](#a-b)\n```\n[v](none)\n```\n'
  t.deepEqual(broken('README.md', text), ['none.md', 'docs/kubectl.md#nowhere', '#a-b'])
})

test('every page of docs is named by another page', t => {
  const texts = pages.map(page => [page, readFileSync(join(root, page), 'utf8')] as const)
  const lost = globSync('docs/*.md', {cwd: root}).filter(page => {
    const name = page.slice('docs/'.length)
    return !texts.some(([other, text]) => other !== page && new RegExp(`(docs/|\\()${name}`).test(text))
  })
  t.deepEqual(lost, [])
})
