// Asks a server for one of its lists, every page, in an era that it speaks.

import type { Egress } from '@gatehouse/egress'
import { connectUpstream, type FetchedList, type ListMethod, readList } from '@gatehouse/upstream'
import type { Knowledge } from '../../registry/knowledge.ts'
import type { Eras } from '../../upstream/eras.ts'
import type { Bearer } from '../session-token.ts'

/** Throws as connectUpstream and Knowledge.credentials. */
export type FetchList = (method: ListMethod, bearer: Bearer) => Promise<FetchedList>

export function createFetchList({
  egress,
  knowledge,
  eras,
}: {
  readonly egress: Egress
  readonly knowledge: Knowledge
  readonly eras: Eras
}): FetchList {
  return async (method, bearer) => {
    const { modern } = await eras.probe(bearer)
    const { headers } = await knowledge.credentials(bearer.caller, bearer.server)
    const era = modern === undefined ? 'auto' : modern ? 'modern' : 'legacy'
    const connection = await connectUpstream({ egress, url: bearer.server.url, headers, era })
    try {
      return await readList(method, connection.request)
    } finally {
      await connection.close()
    }
  }
}
