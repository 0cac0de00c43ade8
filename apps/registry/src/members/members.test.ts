// Members: who may touch whom, and what is gone when the answer to a removal comes. Invitations: ../invitations.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client } from '../testing/client.ts'
import { addConnection } from '../testing/connection.ts'
import { connectGateway } from '../testing/gateway.ts'
import { signIn } from '../testing/person.ts'
import { startTestRegistry, type TestRegistry, type TestWorkspace } from '../testing/registry.ts'
import { addServer } from '../testing/server.ts'

let registry: TestRegistry
let workspace: TestWorkspace
let owner: Asking
let admin: Asking
beforeAll(async () => {
  registry = await startTestRegistry({ env: { GATEHOUSE_REVOCATION_WAIT_MS: '1000' } })
  workspace = await registry.workspace('A')
  owner = await someone('owner')
  admin = await someone('admin')
})
afterAll(() => registry.stop())

type Asking = Awaited<ReturnType<typeof someone>>

async function someone(role: Parameters<TestWorkspace['member']>[0], of = workspace) {
  const { key, userId } = await of.key({ role })
  return { key, userId: userId ?? '', ask: client(registry.url, key) }
}
const codeOf = ({ status, body }: Awaited<ReturnType<Asking['ask']>>) => [status, body.code]
const patch = (by: Asking, { userId }: { userId: string }, role: string) =>
  by.ask('PATCH', `/v1/members/${userId}`, { body: { role } })
const remove = (by: Asking, { userId }: { userId: string }) => by.ask('DELETE', `/v1/members/${userId}`)
const alive = async (key: string) =>
  (await fetch(`${registry.url}/v1/me`, { headers: { 'x-api-key': key } })).status

describe('the list', () => {
  test('names everybody with what would go with them, page by page', async () => {
    const here = await registry.workspace('Listed')
    const boss = await someone('owner', here)
    await someone('member', here)
    const first = await boss.ask('GET', '/v1/members?limit=1')
    const second = await boss.ask('GET', `/v1/members?limit=1&cursor=${first.body.next_cursor}`)
    expect(first.body.data).toMatchObject([{ id: boss.userId, role: 'owner', api_keys: 1, connections: 0 }])
    expect(second.body).toMatchObject({ data: [{ role: 'member' }], next_cursor: null })
  })
})

describe('roles', () => {
  test('a narrower one holds for keys and sessions, at once', async () => {
    const member = await someone('operator')
    const page = await signIn(registry, workspace, { userId: member.userId })
    expect((await patch(admin, member, 'auditor')).body).toMatchObject({ role: 'auditor' })
    expect((await member.ask('GET', '/v1/api-keys')).status).toBe(403)
    expect(await (await page.get('/v1/me')).json()).toMatchObject({ role: 'auditor' })
  })

  test('the answer waits for every gateway, a repeat too', async () => {
    const gateway = await connectGateway(registry.deps)
    const member = await someone('member')
    expect(codeOf(await patch(admin, member, 'auditor'))).toEqual([503, 'revocation_pending'])
    expect(codeOf(await patch(admin, member, 'auditor'))).toEqual([503, 'revocation_pending'])
    await gateway.acknowledge(gateway.told.at(-1)?.revision ?? 0)
    expect((await patch(admin, member, 'auditor')).status).toBe(200)
    expect(gateway.told).toMatchObject([{ subject: 'membership', subjectId: member.userId }])
    await gateway.leave()
  })

  test('an admin makes, changes and removes no owner', async () => {
    const member = await someone('member')
    const refused = [403, 'owners_only']
    expect(codeOf(await patch(admin, member, 'owner'))).toEqual(refused)
    expect(codeOf(await patch(admin, owner, 'member'))).toEqual(refused)
    expect(codeOf(await patch(admin, admin, 'owner'))).toEqual(refused)
    expect(codeOf(await remove(admin, owner))).toEqual(refused)
    expect(codeOf(await admin.ask('POST', `/v1/members/${owner.userId}/reset-link`))).toEqual(refused)
    expect(codeOf(await admin.ask('POST', '/v1/invitations', { body: { role: 'owner' } }))).toEqual(refused)
    expect((await patch(owner, member, 'owner')).body).toMatchObject({ role: 'owner' })
    expect((await patch(owner, member, 'member')).body).toMatchObject({ role: 'member' })
  })

  test('a service key touches no owner either', async () => {
    const service = client(registry.url, (await workspace.key()).key)
    expect(codeOf(await service('DELETE', `/v1/members/${owner.userId}`))).toEqual([403, 'owners_only'])
  })

  test('invitations that the new role may not make are withdrawn', async () => {
    const second = await someone('owner')
    for (const role of ['owner', 'member'])
      await second.ask('POST', '/v1/invitations', { body: { role, email: 'x@example.test' } })
    const open = async () => {
      const { body } = await owner.ask('GET', '/v1/invitations')
      return (body.data as { role: string; email: string | null }[])
        .filter(({ email }) => email === 'x@example.test')
        .map(({ role }) => role)
    }
    await patch(owner, second, 'admin')
    expect(await open()).toEqual(['member'])
    await patch(owner, second, 'member')
    expect(await open()).toEqual([])
  })

  test('of another workspace nobody is known', async () => {
    const stranger = await someone('member', await registry.workspace('B'))
    expect(codeOf(await patch(owner, stranger, 'auditor'))).toEqual([404, 'member_not_found'])
    expect((await remove(owner, stranger)).status).toBe(204)
    expect(await alive(stranger.key)).toBe(200)
  })
})

describe('the last owner', () => {
  test('stays, also when two owners remove each other at the same moment', async () => {
    const here = await registry.workspace('Owned')
    const [one, two] = [await someone('owner', here), await someone('owner', here)]
    const answers = await Promise.all([remove(one, two), remove(two, one)])
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 403])
    const left = answers[0].status === 204 ? one : two
    expect(codeOf(await remove(left, left))).toEqual([409, 'last_owner'])
    expect(codeOf(await patch(left, left, 'admin'))).toEqual([409, 'last_owner'])
    expect((await patch(left, left, 'owner')).status).toBe(200)
  })
})

describe('who is removed', () => {
  test('is gone with keys, connections, sessions and links; what is a service stays', async () => {
    const member = await someone('admin')
    const page = await signIn(registry, workspace, { userId: member.userId })
    const service = await member.ask('POST', '/v1/api-keys', { body: { name: 's', kind: 'service' } })
    const server = await addServer(registry.deps, workspace.id, { url: 'https://s.test/mcp' })
    const at = { serverId: server.id, resource: 'https://s.test/mcp' }
    await addConnection(registry.deps, workspace.id, { ...at, ownerId: member.userId })
    const { body: invited } = await member.ask('POST', '/v1/invitations', { body: { role: 'member' } })
    const friend = await workspace.member('member')
    const { body: reset } = await member.ask('POST', `/v1/members/${friend}/reset-link`)
    const before = await owner.ask('GET', '/v1/members?limit=200')
    expect(before.body.data).toContainEqual(
      expect.objectContaining({ id: member.userId, api_keys: 1, connections: 1 }),
    )
    expect((await remove(owner, member)).status).toBe(204)

    expect([await alive(member.key), (await page.get('/v1/me')).status]).toEqual([403, 401])
    expect(await alive(String(service.body.key))).toBe(200)
    const token = (link: unknown) => String(link).split('token=')[1]
    const used = (path: string, link: unknown) => page.post(path, { token: token(link) })
    expect((await used('/v1/invitations/check', invited.link)).status).toBe(410)
    expect((await used('/v1/links/check', reset.link)).status).toBe(410)
    await registry.deps.db.inWorkspace(workspace.id, async (tx) => {
      const theirs = { where: { ownerId: member.userId } }
      const left = [await tx.apiKey.count(theirs), await tx.oAuthToken.count(theirs)]
      expect([...left, await tx.oAuthProvider.count(theirs)]).toEqual([0, 0, 0])
    })
    const { body } = await owner.ask('GET', `/v1/audit?object_id=${member.userId}&action=member.removed`)
    expect(body.data).toMatchObject([
      { action: 'member.removed', before: { role: 'admin', api_keys: 1, connections: 1 } },
    ])
  })

  test('keeps a session where there is another workspace, and reaches nothing here', async () => {
    const there = await registry.workspace('Elsewhere')
    const member = await someone('member')
    await registry.deps.db.asSystem((tx) =>
      tx.membership.create({
        data: { id: member.userId, workspaceId: there.id, userId: member.userId, role: 'member' },
      }),
    )
    const page = await signIn(registry, workspace, { userId: member.userId })
    const link = await owner.ask('POST', `/v1/members/${member.userId}/reset-link`)
    expect(codeOf(link)).toEqual([409, 'member_elsewhere'])
    await remove(owner, member)
    expect((await page.get('/v1/me', { 'X-Workspace-Id': workspace.id })).status).toBe(403)
    expect((await page.get('/v1/me', { 'X-Workspace-Id': there.id })).status).toBe(200)
  })

  test('is gone for every gateway when the answer comes, a repeat waits too', async () => {
    const gateway = await connectGateway(registry.deps)
    const member = await someone('member')
    expect(codeOf(await remove(owner, member))).toEqual([503, 'revocation_pending'])
    expect(await alive(member.key)).toBe(403)
    expect(codeOf(await remove(owner, member))).toEqual([503, 'revocation_pending'])
    await gateway.acknowledge(gateway.told.at(-1)?.revision ?? 0)
    expect((await remove(owner, member)).status).toBe(204)
    expect(gateway.told).toMatchObject([{ subject: 'membership', subjectId: member.userId }])
    await gateway.leave()
  })
})

describe('a lost password', () => {
  test('is replaced by a link, once; other sessions end', async () => {
    const userId = await workspace.member('member')
    const kept = await signIn(registry, workspace, { userId })
    const { body } = await admin.ask('POST', `/v1/members/${userId}/reset-link`)
    const token = String(body.link).split('token=')[1]
    const page = await signIn(registry, workspace)
    const checked = await page.post('/v1/links/check', { token })
    expect(await checked.json()).toMatchObject({ kind: 'reset' })
    expect((await page.post('/v1/sign-in-link', { token })).status).toBe(422)
    expect((await page.post('/v1/sign-in-link', { token, password: 'a long password' })).status).toBe(200)
    expect((await kept.get('/v1/me')).status).toBe(401)
    expect(await (await page.get('/v1/me')).json()).toMatchObject({ user: { id: userId } })
    expect((await page.post('/v1/sign-in-link', { token, password: 'a long password' })).status).toBe(410)
  })
})
