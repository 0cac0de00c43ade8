import { digestKey } from '@gatehouse/registry-api/key-format'
import { waitFor } from '@gatehouse/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startGateway, type TestGateway } from '../testing/gateway.ts'
import { firstWorkspace } from '../testing/internal-listener.ts'
import type { Bearer } from './session-token.ts'

let one: TestGateway
let two: TestGateway
beforeEach(async () => {
  one = await startGateway()
  two = await startGateway({}, one.registry)
})
afterEach(async () => {
  await two.close()
  await one.close()
})

const bearer = { caller: { workspace_id: firstWorkspace } } as Bearer // what is looked at

test('what a session sets at one gateway holds at the other', async () => {
  expect(await two.deps.notes.read('token', bearer)).toEqual({ subscriptions: [] })
  await one.deps.notes.change('token', bearer, (notes) => ({ ...notes, logLevel: 'debug' }))
  expect(await one.deps.notes.read('token', bearer)).toEqual({ logLevel: 'debug', subscriptions: [] })
  await waitFor(async () => (await two.deps.notes.read('token', bearer)).logLevel === 'debug')
  expect(await two.deps.notes.read('another', bearer)).toEqual({ subscriptions: [] })
})

test('changes at both at once are all kept', async () => {
  const uris = Array.from({ length: 12 }, (_, i) => `file:///${i}`)
  await Promise.all(
    uris.map((uri, i) =>
      (i % 2 ? one : two).deps.notes.change('token', bearer, (notes) => ({
        subscriptions: [...notes.subscriptions, uri],
      })),
    ),
  )
  const read = async (gateway: TestGateway) => (await gateway.deps.notes.read('token', bearer)).subscriptions
  await waitFor(async () => (await read(one)).length === 12 && (await read(two)).length === 12)
  expect([...(await read(one))].sort()).toEqual([...uris].sort())
  expect(await read(two)).toEqual(await read(one))
})

test('what is known is not asked again, and a change of notes makes nothing else forgotten', async () => {
  const { key } = one.registry.addKey()
  one.registry.addServer({ slug: 'one', url: 'http://127.0.0.1:9' })
  const { deps } = one
  const resolve = () => deps.knowledge.resolve(digestKey(key) ?? '', 'one')
  await waitFor(() => deps.knowledge.revision === 2)
  await resolve()
  await deps.notes.change('token', bearer, (notes) => ({ ...notes, logLevel: 'info' }))
  await waitFor(() => deps.knowledge.revision === 3)
  await deps.notes.read('token', bearer)
  one.registry.fail(true)
  expect((await resolve()).servers).toHaveLength(1)
  expect(await deps.notes.read('token', bearer)).toEqual({ logLevel: 'info', subscriptions: [] })
  await expect(deps.notes.read('another', bearer)).rejects.toMatchObject({ code: 'registry_unreachable' })
  one.registry.fail(false)
})

test('a change that the session refuses changes nothing', async () => {
  const refusal = new Error('too many')
  const refused = one.deps.notes.change('token', bearer, () => {
    throw refusal
  })
  await expect(refused).rejects.toBe(refusal)
  expect(await one.deps.notes.read('token', bearer)).toEqual({ subscriptions: [] })
})
