// Runs the sample server as a process of its own: PORT, GATEHOUSE_HOST, SAMPLE_REQUIRED_HEADER
// (`name: value`, else 401) and SAMPLE_SESSIONS (1), all optional.

import { createSampleServer } from './sample.ts'

const { PORT, GATEHOUSE_HOST, SAMPLE_REQUIRED_HEADER, SAMPLE_SESSIONS } = process.env

const server = await createSampleServer({
  port: Number(PORT ?? 0),
  host: GATEHOUSE_HOST || '127.0.0.1',
  requiredHeader: SAMPLE_REQUIRED_HEADER || undefined,
  sessions: SAMPLE_SESSIONS === '1',
})

const stop = () => void server.close().then(() => process.exit(0))
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
process.once('disconnect', stop) // the parent that started us is gone

if (process.send) process.send({ kind: 'ready', url: server.url })
else console.log(`Sample MCP server: ${server.url}`)
