// A cheap MCP server: the same answer to every call, in one of the forms that the cases name.

import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

const [, , port] = process.argv
const text = 'x'.repeat(200)
const small = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } })
const large = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: 'x'.repeat(1024 * 1024) }] },
})
const json = { 'content-type': 'application/json' }

createServer((request, response) => {
  request.resume()
  request.on('end', async () => {
    const path = request.url ?? ''
    if (path.endsWith('/slow')) await pause(50)
    if (path.endsWith('/events'))
      return response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`event: message\ndata: ${small}\n\n`)
    const body = path.endsWith('/large') ? large : small
    response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) }).end(body)
  })
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
