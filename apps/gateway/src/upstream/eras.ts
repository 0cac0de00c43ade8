// Which eras each upstream speaks, as evidence showed (gateway.md, "Bridges"): kept per address and credential for a day, shared
// by all who ask, and asked for again when an answer makes it doubtful. packages/upstream/src/eras.ts looks for the evidence.

import type { Era } from '@gatehouse/protocol'
import { type EraSet, findEras, type Wire } from '@gatehouse/upstream'
import { LRUCache } from 'lru-cache'
import { atMost } from '../at-most.ts'
import type { Bearer } from '../mcp/session-token.ts'
import type { Knowledge } from '../registry/knowledge.ts'
import { addressOf } from './address.ts'
import { dispatcherTo } from './dispatcher-to.ts'
import type { Pools } from './pools.ts'

export interface Eras {
  /** What an operator pinned, else what is known. */
  of(bearer: Bearer): EraSet
  learn(bearer: Bearer, era: Era, spoken: boolean): void
  /** An answer does not fit what is known: at most every few seconds it is found out anew. */
  doubt(bearer: Bearer): void
  /**
   * Asks the upstream what is not known, once for all who wait. Never rejects: what it can't tell stays unknown.
   * @param wanted whether it speaks the modern era, or that and whether it speaks the older one too
   */
  probe(bearer: Bearer, wanted?: 'modern' | 'both'): Promise<EraSet>
}

interface Parts {
  readonly knowledge: Knowledge
  readonly pools: Pools
  readonly via: () => string
  readonly timeoutMs: number
}

const dayMs = 24 * 3_600_000
/** An upstream that gave no evidence is not asked again for so long. */
const retryMs = 5_000
const doubtMs = 5_000
const maxAnswerBytes = 1024 * 1024
const unknown: EraSet = { legacy: undefined, modern: undefined }

export function createEras({ knowledge, pools, via, timeoutMs }: Parts): Eras {
  const known = new LRUCache<string, EraSet>({ ...atMost(20_000), ttl: dayMs })
  const failed = new LRUCache<string, true>({ ...atMost(20_000), ttl: retryMs })
  const doubted = new LRUCache<string, true>({ ...atMost(20_000), ttl: doubtMs })
  const asking = new Map<string, Promise<EraSet>>()

  /** As long as a server is known it is the same object, of one workspace, with one generation of stored headers. */
  const sharedKeys = new WeakMap<Bearer['server'], string>()
  /** One caller's account may see another upstream than the next one's; stored headers are the same for all. */
  const keyOf = ({ caller, server, generation }: Bearer): string => {
    const shared = sharedKeys.get(server)
    if (shared !== undefined) return shared
    const key = `${caller.workspace_id} ${server.url} ${generation}`
    if (server.auth_type === 'oauth') return `${key} ${caller.key_id}`
    sharedKeys.set(server, key)
    return key
  }

  const of = (bearer: Bearer): EraSet => {
    const { era } = bearer.server
    if (era !== 'auto') return { legacy: era === 'legacy', modern: era === 'modern' }
    return known.get(keyOf(bearer)) ?? unknown
  }
  const learn = (bearer: Bearer, learnt: Partial<EraSet>) => {
    const key = keyOf(bearer)
    known.set(key, { ...(known.get(key) ?? unknown), ...learnt })
  }

  const ask = async (bearer: Bearer, wanted: 'modern' | 'both'): Promise<EraSet> => {
    const { caller, server } = bearer
    const credential = await knowledge.credentials(caller, server)
    const wire: Wire = {
      pool: dispatcherTo({ knowledge, pools }, caller, server, credential),
      path: addressOf(server).path,
      headers: [['via', via()], ...credential.headers],
      maxBytes: maxAnswerBytes,
    }
    const { modern, legacy } = await findEras(wire, timeoutMs, wanted)
    if (modern === undefined) failed.set(keyOf(bearer), true)
    else learn(bearer, { modern, ...(legacy === undefined ? {} : { legacy }) })
    return of(bearer)
  }

  return {
    of,
    learn: (bearer, era, spoken) => learn(bearer, { [era]: spoken }),
    doubt(bearer) {
      const key = keyOf(bearer)
      if (doubted.has(key)) return
      doubted.set(key, true)
      known.delete(key)
    },
    async probe(bearer, wanted = 'modern') {
      const at = of(bearer)
      if (at.modern !== undefined && (wanted === 'modern' || at.legacy !== undefined)) return at
      if (failed.has(keyOf(bearer))) return at
      const key = `${wanted} ${keyOf(bearer)}`
      let asked = asking.get(key)
      if (asked === undefined) {
        asked = ask(bearer, wanted)
          .catch(() => of(bearer))
          .finally(() => asking.delete(key))
        asking.set(key, asked)
      }
      return asked
    },
  }
}
