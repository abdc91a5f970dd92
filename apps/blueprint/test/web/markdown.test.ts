import { expect, test } from 'vitest'
import { toMarkdown } from '../../src/web/markdown.ts'

const base = 'https://example.com/a/b'

function convert(html: string): string {
  return toMarkdown(html, base).markdown
}

test('a page becomes headings, paragraphs, lists and code', () => {
  const page = toMarkdown(
    `<!doctype html><html><head><title> The  page </title><style>a{}</style></head><body>
    <h1>Hi <b>you</b></h1><script>alert(1)</script><p>one<br>two</p>
    <ul><li>x</li><li>y</li></ul><pre><code class="language-js">let a</code></pre></body></html>`,
    base,
  )
  expect(page.title).toBe('The page')
  expect(page.markdown).toBe('# Hi **you**\n\none  \ntwo\n\n-   x\n-   y\n\n```js\nlet a\n```')
})

test('links are absolute, and what is no web address is only its text', () => {
  expect(convert('<a href="/c?d=1">c</a>')).toBe('[c](https://example.com/c?d=1)')
  expect(convert('<a href="e_(f)">e</a>')).toBe('[e](https://example.com/a/e_%28f%29)')
  expect(convert('<a href="javascript:alert(1)">g</a>')).toBe('g')
  expect(convert('<img src="data:image/png;base64,AAAA" alt="a chart">')).toBe('a chart')
})

test('a table keeps its rows and columns', () => {
  const table = '<table><tr><th>a</th><th>b|c</th></tr><tr><td>1</td><td><p>2</p></td></tr></table>'
  expect(convert(table)).toBe('| a | b\\|c |\n| --- | --- |\n| 1 | 2 |')
})

test('nothing silent is read aloud', () => {
  expect(convert('<p>a</p><!-- b --><script>c</script><svg><text>d</text></svg><template>e</template>')).toBe(
    'a',
  )
})
