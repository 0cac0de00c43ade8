// For tests: a member of a workspace at a browser, signed in at the console.

import { makeLink } from '../people/links.ts'
import { type TestBrowser, testBrowser } from './browser.ts'
import type { TestRegistry, TestWorkspace } from './registry.ts'

export interface TestPerson extends TestBrowser {
  readonly userId: string
}

/** Signs in by a link. @param userId of a member; a new one with this role otherwise */
export async function signIn(
  registry: TestRegistry,
  workspace: TestWorkspace,
  who: { readonly role?: Parameters<TestWorkspace['member']>[0]; readonly userId?: string } = {},
): Promise<TestPerson> {
  const userId = who.userId ?? (await workspace.member(who.role ?? 'member'))
  const wanted = { kind: 'sign-in', userId, workspaceId: workspace.id } as const
  const link = await registry.deps.db.asSystem((tx) => makeLink(tx, 'http://localhost', wanted, new Date()))
  const browser = testBrowser(registry)
  const response = await browser.post('/v1/sign-in-link', { token: link.split('token=')[1] })
  if (response.status !== 200) throw new Error(`not signed in: ${await response.text()}`)
  return { ...browser, userId }
}
