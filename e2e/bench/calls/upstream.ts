// A cheap MCP server: the same answer to every call, in one of the forms that the cases name; under /session one for clients that
// shake hands and number their messages.

import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { answerTo, result } from './mcp-answers.ts'

const [, , port] = process.argv
const small = JSON.stringify({ jsonrpc: '2.0', id: 1, result })
const large = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text: 'x'.repeat(1024 * 1024) }] },
})
const json = { 'content-type': 'application/json' }

createServer((request, response) => {
  const path = request.url ?? ''
  // The bare pipe sends no head before the first bytes.
  if (path === '/stream')
    return void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
  if (request.method !== 'POST') return response.writeHead(405).end()
  if (path === '/session' || path.startsWith('/tools/'))
    return text(request).then((message) => {
      const answer = answerTo(message, path === '/session' ? 1 : 40)
      return answer === undefined ? response.writeHead(202).end() : response.writeHead(200, json).end(answer)
    })
  request.resume()
  request.on('end', async () => {
    if (path.endsWith('/slow')) await pause(50)
    if (path.endsWith('/events'))
      return response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`event: message\ndata: ${small}\n\n`)
    const body = path.endsWith('/large') ? large : small
    response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(body) }).end(body)
  })
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
