import { readText } from './workspace-files.ts'

/** One option of an interface, as its source says. */
export interface Option {
  readonly name: string
  readonly type: string
  readonly isRequired: boolean
  readonly description: string
}

/** The options of an interface of packages/plinth/src, in order. */
export function readOptions(file: string, name: string): Option[] {
  const text = readText(`packages/plinth/src/${file}`)
  const start = text.search(new RegExp(`^export interface ${name} `, 'm'))
  if (start === -1) throw new Error(`${file} has no interface ${name}.`)
  const body = text.slice(text.indexOf('\n', start), text.indexOf('\n}', start))
  return splitMembers(body).map(({ comment, code }) => {
    const [, option = '', mark, type = ''] = /^readonly (\w+)(\?)?: (.+)$/.exec(code) ?? []
    if (option === '') throw new Error(`${name} has a member that cannot be read: ${code}`)
    return { name: option, type, isRequired: mark === undefined, description: comment }
  })
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
