// A registered server for tests of what comes after registering: its row and its sealed headers, written directly.

import { Secret } from '@gatehouse/config'
import { v7 as uuidv7 } from 'uuid'
import type { Deps } from '../deps.ts'

export interface TestServerOptions {
  readonly slug?: string
  readonly url?: string
  readonly enabled?: boolean
  readonly headers?: readonly (readonly [string, string])[]
}

export interface TestServer {
  readonly id: string
  readonly slug: string
  readonly generation: string
}

export async function addServer(
  deps: Deps,
  workspaceId: string,
  options: TestServerOptions = {},
): Promise<TestServer> {
  const id = uuidv7()
  const generation = uuidv7()
  const {
    slug = `s${id.slice(-12)}`,
    url = 'https://upstream.test/mcp',
    enabled = true,
    headers = [],
  } = options
  await deps.db.inWorkspace(workspaceId, async (tx) => {
    await tx.mcpServer.create({
      data: {
        workspaceId,
        id,
        slug,
        name: slug,
        url,
        urlKey: url,
        enabled,
        credentialGeneration: generation,
      },
    })
    for (const [position, [key, value]] of headers.entries()) {
      const where = { workspaceId, serverId: id, key, generation }
      const sealed = await deps.sealer.sealHeader(tx, where, new Secret(value))
      const row = { workspaceId, serverId: id, position, key, ...sealed, sealed: Buffer.from(sealed.sealed) }
      await tx.serverHeader.create({ data: { ...row, fingerprint: '' } })
    }
  })
  return { id, slug, generation }
}
