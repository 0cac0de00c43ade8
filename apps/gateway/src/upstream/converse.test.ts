// What happens to a request that a change meets before it is on the wire.

import { createEgress } from '@gatehouse/egress'
import { scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { expect, onTestFinished, test } from 'vitest'
import type { Bearer } from '../mcp/session-token.ts'
import { ServerChanged } from '../registry/knowledge.ts'
import { createLease } from '../registry/lease.ts'
import { converse } from './converse.ts'
import { createPools } from './pools.ts'

const generation = '01900000-0000-7000-8000-00000000000a'

/** `struck` requests meet a change while they wait for their connection; credentials are read anew after each. */
async function setUp(struck: number, readAgain: () => void = () => {}) {
  const upstream = await startRecordingUpstream(scripts.json({ jsonrpc: '2.0', id: 1, result: {} }))
  const lease = createLease(() => 0)
  lease.granted(0, 60_000)
  const pools = createPools({
    egress: createEgress({ allow: ['127.0.0.0/8'] }),
    connectTimeoutMs: 1_000,
    lease,
    circuit: { failures: 5, openMs: 1_000, monotonic: () => 0 },
  })
  onTestFinished(async () => {
    await pools.close()
    await upstream.close()
  })
  let [asked, taken] = [0, 0]
  const deps = {
    via: () => '1.1 test',
    knowledge: {
      async credentials() {
        if (++asked > 1) readAgain()
        return { revision: asked, generation, headers: [['x-stored', 'v']], connection: null, required: null }
      },
    },
    pools: {
      take(...args: Parameters<typeof pools.take>) {
        const pool = pools.take(...args)
        if (++taken <= struck) queueMicrotask(() => pools.drop('w'))
        return pool
      },
    },
  } as unknown as Parameters<typeof converse>[0] // all of them that is used here
  const bearer = {
    caller: { key_id: 'k', workspace_id: 'w' },
    server: { id: 's', slug: 's', url: upstream.url, credential_generation: generation },
    generation,
  } as Bearer // all of it that is used here
  return { upstream, talk: () => converse(deps, bearer, { headers: [], body: '{}', patienceMs: 1_000 }) }
}

test('it is sent once, after what it needs was read again', async () => {
  const { upstream, talk } = await setUp(2)
  const { status, close } = await talk()
  close()
  expect(status).toBe(200)
  expect(upstream.requests.map((request) => request.header('x-stored'))).toEqual([['v']])
})

test('nothing is sent where the credential is another one by then', async () => {
  const { upstream, talk } = await setUp(1, () => {
    throw new ServerChanged('s')
  })
  await expect(talk()).rejects.toBeInstanceOf(ServerChanged)
  expect(upstream.requests).toEqual([])
})

test('where changes never end the caller hears of it', async () => {
  const { upstream, talk } = await setUp(99)
  await expect(talk()).rejects.toBeInstanceOf(ServerChanged)
  expect(upstream.requests).toEqual([])
})
