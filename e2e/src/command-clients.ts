// Clients that people run as programs: the inspector's command line, and mcp-remote between a stdio client and an address.

import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { clients } from '@gatehouse/client-snippets'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { root } from './product.ts'

const run = promisify(execFile)
const bin = (name: string) => join(root, 'node_modules/.bin', name)

export type InspectorEra = 'legacy' | 'auto' | 'modern'

/** One method by the inspector's command line; what it printed, as JSON. */
export async function inspect(
  folder: string,
  address: string,
  key: string,
  era: InspectorEra,
  ...args: readonly string[]
): Promise<unknown> {
  const { stdout } = await run(
    process.execPath,
    [
      bin('mcp-inspector'),
      '--cli',
      address,
      ...['--transport', 'http', '--protocol-era', era, '--header', `Authorization: Bearer ${key}`],
      ...['--format', 'json', '--quiet'],
      ...args,
    ],
    { env: { ...process.env, HOME: folder, VITEST: undefined }, timeout: 60_000 },
  )
  return JSON.parse(stdout)
}

/** A stdio client with mcp-remote as its server, connected: by the entry that Claude Desktop is told to have. */
export async function connectThroughMcpRemote(
  folder: string,
  address: string,
  key: string,
): Promise<ClientV1> {
  const client = new ClientV1({ name: 'gatehouse-e2e', version: '1.0.0' })
  const [form] =
    clients.find((one) => one.id === 'claude-desktop')?.forms({ name: 'it', url: address, key }) ?? []
  const { args, env } = JSON.parse(form?.text ?? '').mcpServers.it
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      // What npx would fetch is installed here.
      args: [bin('mcp-remote'), ...args.slice(args.indexOf('mcp-remote') + 1)],
      env: { ...env, PATH: process.env.PATH ?? '', HOME: folder, MCP_REMOTE_CONFIG_DIR: folder },
      stderr: 'ignore',
    }),
  )
  return client
}
