import { listSources, readText } from './workspace-files.ts'

/** One option of an interface, as its source says. */
export interface Option {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
}

/** The options of an interface of packages/plinth/src, in order, without those it takes over from another one. */
export function readOptions(name: string): Option[] {
  return splitMembers(findInterface(name).body).map(({ comment, code }) => {
    const [, option = '', mark, type = ''] = /^(?:readonly )?(\w+)(\?)?(?::|(?=\()) ?(.+)$/.exec(code) ?? []
    if (option === '') throw new Error(`${name} has a member that cannot be read: ${code}`)
    return { name: option, type, isRequired: mark === undefined, description: comment }
  })
}

/** The interfaces that an interface extends. */
export function readBases(name: string): string[] {
  const [, bases = ''] = / extends (.+) $/s.exec(findInterface(name).head.replace(/<.*>/s, '')) ?? []
  return bases.split(/,\s*/).filter((base) => base !== '')
}

const sources = listSources('packages/plinth/src')

/** Names of interfaces are unique, so a file may move. */
function findInterface(name: string): { head: string; body: string } {
  const pattern = new RegExp(`^export interface ${name}\\b[^{]*\\{`, 'm')
  for (const text of sources.map(readText)) {
    const [head] = pattern.exec(text) ?? []
    if (head === undefined) continue
    const start = text.indexOf(head) + head.length
    return { head: head.slice(0, -1), body: text.slice(start, text.indexOf('\n}', start)) }
  }
  throw new Error(`There is no interface ${name}.`)
}

/** A member begins with two spaces; what belongs to it has more. */
function splitMembers(body: string): { comment: string; code: string }[] {
  const members: { comment: string; code: string }[] = []
  let comment: string[] = []
  for (const line of body.split('\n').filter((one) => one !== '')) {
    const plain = line.trim()
    if (/^\/?\*/.test(plain))
      comment.push(
        plain
          .replace(/^\/\*\*|\*\/$|^\*(?!\/)/g, '')
          .replace(/\*\/$/, '')
          .trim(),
      )
    else if (/^ {2}\S/.test(line)) {
      members.push({ comment: comment.filter((one) => one !== '').join(' '), code: plain })
      comment = []
    } else members.splice(-1, 1, { ...lastOf(members), code: `${lastOf(members).code} ${plain}` })
  }
  return members
}

function lastOf(members: readonly { comment: string; code: string }[]): { comment: string; code: string } {
  return members.at(-1) ?? { comment: '', code: '' }
}

/** The default that a description names, as a number; undefined where it names none. */
export function findNumber(description: string): number | undefined {
  const [, number] = /Default `([\d_]+)`/.exec(description) ?? []
  return number === undefined ? undefined : Number(number.replaceAll('_', ''))
}
