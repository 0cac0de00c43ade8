// A gateway as one builds it from the official SDK in an afternoon: a server with a session for each client, and behind each one a
// client of the real server; tools are listed by asking 50 servers, one of them dead, at once. Never tuned.

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { toNodeHandler } from '@modelcontextprotocol/node'
import { Server, WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/server'

const [, , port, upstream = ''] = process.argv
const info = { name: 'sdk-gateway', version: '1' }
const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>()

async function connect(url: string): Promise<Client> {
  const client = new Client(info, { versionNegotiation: { mode: 'legacy' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  return client
}

const dead = 'http://127.0.0.1:9/dead'
const listed = [...Array.from({ length: 49 }, (_, i) => `${upstream}/tools/${i}`), dead]
const connected = new Map<string, Promise<Client>>()

async function listAll() {
  const lists = await Promise.allSettled(
    listed.map(async (url) => {
      const client = connected.get(url) ?? connect(url)
      connected.set(url, client)
      client.catch(() => connected.delete(url))
      return (await client).listTools()
    }),
  )
  const of = (list: (typeof lists)[number]) => (list.status === 'fulfilled' ? list.value.tools : [])
  return {
    tools: lists.flatMap((list, at) => of(list).map((tool) => ({ ...tool, name: `${at}__${tool.name}` }))),
  }
}

async function open(): Promise<WebStandardStreamableHTTPServerTransport> {
  const client = await connect(`${upstream}/session`)
  const server = new Server(info, { capabilities: { tools: {} } })
  server.setRequestHandler('tools/list', listAll)
  server.setRequestHandler('tools/call', ({ params }) => client.callTool(params))
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => randomUUID(),
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  })
  await server.connect(transport)
  return transport
}

const handle = toNodeHandler({
  async fetch(request) {
    const id = request.headers.get('mcp-session-id')
    const transport = id === null ? await open() : sessions.get(id)
    return transport?.handleRequest(request) ?? new Response(null, { status: 404 })
  },
})
createServer((request: IncomingMessage, response) => {
  void handle(request as Parameters<typeof handle>[0], response) // its members are optional, not undefined
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
