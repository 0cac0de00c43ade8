// The reference server of the protocol, as everybody gets it from npm: a real legacy upstream with sessions.

import { createRequire } from 'node:module'
import { freePort } from './free-port.ts'
import { start } from './process.ts'
import { waitFor } from './wait-for.ts'

export interface Everything {
  readonly url: string
  output(): string
  close(): Promise<void>
}

/** Starts `@modelcontextprotocol/server-everything` over Streamable HTTP. */
export async function startEverything(): Promise<Everything> {
  const entry = createRequire(import.meta.url).resolve(
    '@modelcontextprotocol/server-everything/dist/index.js',
  )
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    try {
      const running = await start(
        [entry, 'streamableHttp'],
        { env: { PORT: String(port) } },
        async ({ output }) => {
          await waitFor(() => output().includes(`listening on port ${port}`), { deadlineMs: 60_000 })
        },
      )
      return {
        url: `http://127.0.0.1:${port}/mcp`,
        output: running.output,
        close: async () => void (await running.stop('SIGKILL')), // it waits for its clients on any other signal
      }
    } catch (error) {
      if (attempt === 3 || !String(error).includes('already in use')) throw error // somebody else took the port
    }
  }
}
