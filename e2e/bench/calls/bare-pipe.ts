// The floor that we measure ourselves against: what a Node process needs to pass a request on and do nothing else. Never tuned.
import { createServer } from 'node:http'
import { Pool } from 'undici'

const [, , port, upstream = ''] = process.argv
const pool = new Pool(new URL(upstream).origin)
createServer(async (request, response) => {
  const { method = 'GET', url = '/', headers } = request
  const { 'transfer-encoding': _, connection: __, ...passed } = headers
  const answer = await pool.request({ method: method as 'POST', path: url, headers: passed, body: request })
  response.writeHead(answer.statusCode, answer.headers)
  answer.body.pipe(response)
}).listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
