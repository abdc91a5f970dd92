// What no framework can go below: `node:http` or bare stdin, `JSON.parse`, the tool, `JSON.stringify`. Nothing is
// checked, not even the arguments.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as z from 'zod'
import { reportReady } from './control.ts'
import { type BenchTool, createTools, readToolSet } from './tools.ts'

interface Message {
  readonly id?: number
  readonly method: string
  readonly params: { readonly name: string; readonly arguments: never; readonly _meta?: object }
}

const tools = new Map(createTools(readToolSet()).map((tool) => [tool.name, tool]))
const listed = [...tools.values()].map(toListed)

function toListed({ name, description, input, output }: BenchTool): object {
  const outputSchema = output === undefined ? {} : { outputSchema: z.toJSONSchema(output) }
  return { name, description, inputSchema: z.toJSONSchema(input), ...outputSchema }
}

function toResult(value: string | object): object {
  if (typeof value === 'string') return { content: [{ type: 'text', text: value }] }
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value }
}

function toText({ id, params }: Message, result: object): string {
  const standsAlone = params?._meta !== undefined
  return JSON.stringify({
    jsonrpc: '2.0',
    id,
    result: standsAlone ? { ...result, resultType: 'complete' } : result,
  })
}

function answer(message: Message): string | Promise<string> {
  if (message.method === 'tools/list')
    return toText(message, { tools: listed, ttlMs: 0, cacheScope: 'private' })
  if (message.method === 'initialize')
    return toText(message, { protocolVersion: '2025-11-25', capabilities: {} })
  const tool = tools.get(message.params.name)
  const value = tool?.run(message.params.arguments) ?? ''
  return value instanceof Promise
    ? value.then((settled) => toText(message, toResult(settled)))
    : toText(message, toResult(value))
}

function send(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function serveHttp(): void {
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      text += chunk
    })
    request.on('end', () => {
      const reply = answer(JSON.parse(text) as Message)
      if (typeof reply === 'string') send(response, reply)
      else void reply.then((settled) => send(response, settled))
    })
  })
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1_024 }, () =>
    reportReady((server.address() as AddressInfo).port),
  )
}

function serveStdio(): void {
  let rest = ''
  process.stdin.setEncoding('utf8')
  process.stdin.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const message = JSON.parse(line) as Message
      if (message.id !== undefined) void write(answer(message))
    }
  })
  process.stdin.on('end', () => process.exit(0))
  reportReady(0)
}

function write(reply: string | Promise<string>): void {
  if (typeof reply === 'string') process.stdout.write(`${reply}\n`)
  else void reply.then(write)
}

if (process.env['BENCH_STDIO'] === '1') serveStdio()
else serveHttp()
