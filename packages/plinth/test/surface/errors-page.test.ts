import { expect, test } from 'vitest'
import { failures, protocolErrors } from '../../src/errors.ts'

/** The page of every error a caller can see. Red means a row changed: read the diff, then run `vitest run -u`. */
test('docs/reference/errors.md lists every error a caller can see', async () => {
  await expect(createPage()).toMatchFileSnapshot('../../../../docs/reference/errors.md')
})

test('no two failures share a code outside of the JSON-RPC range', () => {
  const codes = Object.values(failures).map(({ code }) => code)
  const own = codes.filter((code) => code < -32_768 || code > -32_000)
  expect(own.filter((code, index) => own.indexOf(code) !== index)).toEqual([])
})

test('no protocol error has a code that the specification keeps for itself', () => {
  const kept = Object.values(protocolErrors).filter(({ code }) => code >= -32_099 && code <= -32_000)
  expect([...new Set(kept.map(({ code }) => code))].sort()).toEqual([-32_020, -32_021, -32_022])
})

function createPage(): string {
  const protocol = Object.entries(protocolErrors).map(
    ([name, { code, status, message }]) => `| \`${name}\` | ${code} | ${status} | ${message} |`,
  )
  const house = Object.entries(failures).map(
    ([name, { code, status, retry, message }]) =>
      `| \`${name}\` | ${retry ? 'yes' : 'no'} | ${code} | ${status} | ${message} |`,
  )
  return `# Errors

Every failure a caller can see. The names are stable and never reused; the tables are in
\`packages/plinth/src/errors.ts\`, and a test keeps this page equal to them.

## Protocol errors

Answered as JSON-RPC errors. The HTTP status is the one on revisions whose requests stand alone; on the handshake
revisions what was understood is answered with 200, but for sessions, scopes and streams.

| name | code | status | sentence |
| --- | --- | --- | --- |
${protocol.join('\n')}

## Failures

Answered by tools as a result with \`isError\` and \`{ error, message, retry, retry_after_ms?, ... }\` in both \`content\`
and \`structuredContent\`; by resources, prompts and completion as a JSON-RPC error with that object as \`data\`. The
HTTP status is sent only where a request is refused before anything is looked up for it.

| name | retry | code | status | sentence |
| --- | --- | --- | --- | --- |
${house.join('\n')}
`
}
