// Real MCP servers built with the official SDKs: v2 for both eras or the modern one, v1 (legacy-upstream.ts) for the old.

import type { IncomingMessage } from 'node:http'
import { serveMcp } from '@gatehouse/sample-server'
import { McpServer } from '@modelcontextprotocol/server'
import { fixtureTools } from './fixture-tools.ts'
import { startLegacyUpstream } from './legacy-upstream.ts'

export interface SdkUpstreamOptions {
  readonly eras: 'both' | 'legacy' | 'modern'
  /** `name: value`; requests without it get 401. */
  readonly requiredHeader?: string
  /** Legacy clients get a session and must use it. */
  readonly sessions?: boolean
  /** Of one that comes back; any unless told. Not with `eras: 'legacy'`. */
  readonly port?: number
}

/** A request as an SDK server saw it; its body went to the SDK. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
}

export interface SdkUpstream {
  readonly url: string
  readonly requests: Seen[]
  close(): Promise<void>
}

/** Starts one with the tools echo, add, headers, fail and count. */
export async function startSdkUpstream(options: SdkUpstreamOptions): Promise<SdkUpstream> {
  const requests: Seen[] = []
  const onRequest = ({ method = '', url = '', rawHeaders }: IncomingMessage) => {
    requests.push({ method, url, rawHeaders })
  }
  const { eras, requiredHeader, sessions = false, port = 0 } = options
  const running =
    eras === 'legacy'
      ? await startLegacyUpstream({ requiredHeader, sessions, onRequest })
      : await serveMcp(fixtureServer, { port, requiredHeader, sessions, onRequest, legacy: eras === 'both' })
  return { ...running, requests }
}

function fixtureServer(): McpServer {
  const server = new McpServer({ name: 'fixture', version: '1.0.0' })
  for (const tool of fixtureTools) {
    server.registerTool(
      tool.name,
      { description: tool.description, inputSchema: tool.input },
      async (args, { mcpReq, http }) => {
        const progressToken = mcpReq._meta?.progressToken
        const text = await tool.run(args, {
          headers: Object.fromEntries(http?.req?.headers ?? []),
          signal: mcpReq.signal,
          async progress(progress, total) {
            if (progressToken === undefined) return
            await mcpReq.notify({
              method: 'notifications/progress',
              params: { progressToken, progress, total },
            })
          },
        })
        return { content: [{ type: 'text', text }] }
      },
    )
  }
  return server
}
