import TurndownService from 'turndown'
import type { MarkdownPage } from './web.service.ts'

/** Elements that hold nothing to read. */
const SILENT = ['script', 'style', 'noscript', 'template', 'iframe', 'object', 'canvas']

/**
 * HTML as Markdown, with links made absolute against `url`.
 *
 * @throws {RangeError} when the page is nested deeper than the stack.
 */
export function toMarkdown(html: string, url: string): MarkdownPage {
  let title: string | null = null
  const service = new TurndownService({
    headingStyle: 'atx',
    codeBlockStyle: 'fenced',
    bulletListMarker: '-',
  })
  service.remove(SILENT)
  service.remove((node) => node.nodeName.toLowerCase() === 'svg')
  service.addRule('title', {
    filter: 'title',
    replacement: (content) => {
      title ??= toLine(content) || null
      return ''
    },
  })
  addLinks(service, url)
  addTables(service)
  const markdown = service.turndown(html).trim()
  return { title, markdown }
}

function addLinks(service: TurndownService, base: string): void {
  service.addRule('link', {
    filter: (node) => node.nodeName === 'A' && node.getAttribute('href') !== null,
    replacement: (content, node) => {
      const target = toTarget(node.getAttribute('href'), base)
      const text = toLine(content)
      return target === undefined || text === '' ? content : `[${text}](${target})`
    },
  })
  service.addRule('image', {
    filter: 'img',
    replacement: (_content, node) => {
      const text = toLine(node.getAttribute('alt') ?? '')
      const target = toTarget(node.getAttribute('src'), base)
      return target === undefined ? text : `![${text}](${target})`
    },
  })
}

/** Web addresses only: a script is no target, and a picture inside an address is no text. */
function toTarget(href: string | null, base: string): string | undefined {
  const url = href === null ? null : URL.parse(href, base)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined
  return url.href.replaceAll('(', '%28').replaceAll(')', '%29')
}

function addTables(service: TurndownService): void {
  service.addRule('cell', {
    filter: ['td', 'th'],
    replacement: (content) => ` ${toLine(content).replaceAll('|', '\\|')} |`,
  })
  service.addRule('row', {
    filter: 'tr',
    replacement: (content, node) => {
      const cells = node.childNodes.length === 0 ? 0 : content.split(/(?<!\\)\|/).length - 1
      return `|${content}\n${isFirstRow(node) ? `|${' --- |'.repeat(cells)}\n` : ''}`
    },
  })
  service.addRule('rows', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content })
  service.addRule('table', { filter: 'table', replacement: (content) => `\n\n${content}\n\n` })
}

function isFirstRow({ previousElementSibling, parentNode }: TurndownService.Node): boolean {
  if (previousElementSibling !== null) return false
  return parentNode?.nodeName === 'TABLE' || parentNode?.previousElementSibling == null
}

function toLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
