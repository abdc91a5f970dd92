import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { findBinary, findFreePort, lack } from './services.ts'

/** A cluster of a test's own, whose slots are on several nodes. */
export interface ClusterService {
  /** Each node, asked by itself. */
  readonly nodes: readonly Redis[]
  connect(): Cluster
  close(): Promise<void>
}

interface Node {
  readonly client: Redis
  readonly child: ChildProcess
  readonly directory: string
  readonly port: number
  readonly busPort: number
}

const slots = 16_384

/** Starts a cluster of Redis or Valkey. Undefined, with a loud word, where there is no binary. */
export async function openCluster(size = 3): Promise<ClusterService | undefined> {
  const binary = findBinary(['valkey-server', 'redis-server'])
  if (binary === undefined) return lack('Redis cluster', 'Install redis-server or valkey-server.')
  const ports = await findFreePorts(2 * size)
  const starts = Array.from({ length: size }, (_, index) => startNode(binary, ports.slice(2 * index)))
  const nodes = await Promise.all(starts)
  await meet(nodes)
  const clients = nodes.map(({ client }) => client)
  return {
    nodes: clients,
    connect() {
      const cluster = new Cluster(nodes.map(({ port }) => ({ host: '127.0.0.1', port })))
      cluster.on('error', () => undefined)
      return cluster
    },
    async close() {
      await Promise.all(nodes.map(stopNode))
    },
  }
}

async function findFreePorts(count: number): Promise<number[]> {
  const ports = new Set<number>()
  while (ports.size < count) ports.add(await findFreePort())
  return [...ports]
}

async function startNode(binary: string, [port = 0, busPort = 0]: readonly number[]): Promise<Node> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-cluster-'))
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '']
  const member = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)]
  const child = spawn(binary, [...flags, ...member, '--cluster-announce-ip', '127.0.0.1'], {
    stdio: 'ignore',
  })
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 25, maxRetriesPerRequest: null })
  client.on('error', () => undefined)
  await client.ping()
  return { client, child, directory, port, busPort }
}

/** Gives each node its share of the slots and has all of them meet. */
async function meet(nodes: readonly Node[]): Promise<void> {
  const share = Math.ceil(slots / nodes.length)
  for (const [index, { client }] of nodes.entries()) {
    const last = Math.min(slots, (index + 1) * share) - 1
    await client.call('CLUSTER', 'ADDSLOTSRANGE', index * share, last)
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)
  }
  for (const { client } of nodes) {
    const others = nodes.filter((node) => node.client !== client)
    for (const { port, busPort } of others) await client.call('CLUSTER', 'MEET', '127.0.0.1', port, busPort)
  }
  // A node that has just started is no part of a cluster for two seconds, whatever it knows.
  for (const { client } of nodes) while (!(await isWhole(client, nodes.length))) await sleep(25)
}

async function isWhole(client: Redis, size: number): Promise<boolean> {
  const info = String(await client.call('CLUSTER', 'INFO'))
  const wanted = ['cluster_state:ok', `cluster_slots_ok:${slots}`, `cluster_known_nodes:${size}`]
  return wanted.every((line) => info.includes(line))
}

async function stopNode({ client, child, directory }: Node): Promise<void> {
  client.disconnect()
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await exited
  rmSync(directory, { recursive: true, force: true })
}
