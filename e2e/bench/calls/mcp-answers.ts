// What the measured MCP server says to each message, over HTTP or over its standard streams.

const text = 'x'.repeat(200)
const schema = { type: 'object', properties: { text: { type: 'string' } } } as const
const tool = { name: 'echo', description: 'Answers with some text', inputSchema: schema }

export const result = { content: [{ type: 'text', text }] }

/** The answer as JSON; undefined where there is none to give. @param count of the tools that it lists */
export function answerTo(message: string, count = 1): string | undefined {
  const { id, method } = JSON.parse(message) as { id?: number | string; method?: string }
  if (id === undefined || method === undefined) return undefined
  const tools = Array.from({ length: count }, (_, i) => ({ ...tool, name: i === 0 ? 'echo' : `tool-${i}` }))
  const known: Readonly<Record<string, object>> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'bench', version: '1' },
    },
    ping: {},
    'tools/list': { tools },
    'tools/call': result,
  }
  const found = known[method]
  const outcome = found ? { result: found } : { error: { code: -32601, message: 'Unknown method' } }
  return JSON.stringify({ jsonrpc: '2.0', id, ...outcome })
}
