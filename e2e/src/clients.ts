// Real MCP clients: the official SDK in its first and second version.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const clientInfo = { name: 'gatehouse-e2e', version: '1.0.0' }
const withKey = (key: string) => ({ requestInit: { headers: { authorization: `Bearer ${key}` } } })

/** SDK v1, connected. */
export async function connectV1(url: string, key: string): Promise<ClientV1> {
  const client = new ClientV1(clientInfo)
  const transport = new TransportV1(new URL(url), withKey(key))
  // The v1 SDK's own types disagree under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<ClientV1['connect']>[0])
  return client
}

/** SDK v2, connected; `auto` finds out which era the server speaks. */
export async function connectV2(
  url: string,
  key: string,
  mode: 'auto' | 'legacy' | { pin: string } = 'auto',
) {
  const client = new Client(clientInfo, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), withKey(key)))
  return client
}

/** The text of a tool result's first block. */
export function textOf(result: object): string {
  const [block] = (result as { content: { text?: string }[] }).content // tools of these tests answer with text
  return block?.text ?? ''
}

/** One tools/call by SDK v2; its own error is an answer like any other. */
export async function callTool(
  url: string,
  key: string,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
) {
  const client = await connectV2(url, key)
  try {
    return await client.callTool({ name, arguments: args }).catch((error: unknown) => error)
  } finally {
    await client.close()
  }
}
