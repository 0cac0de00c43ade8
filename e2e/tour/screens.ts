// The screens that the tour goes through. A new screen is a row here; states.ts has what they show.

import type { Page } from '@playwright/test'

export interface Screen {
  readonly name: string
  /** Below the console's address; `{server}` is the id of a registered server. */
  readonly path: string
  /** Looked at without a session. */
  readonly isSignedOut?: true
  /** Does what brings the screen about, for instance opens a dialog. */
  readonly act?: (page: Page) => Promise<unknown>
}

const w = '/w/default'

export const screens: readonly Screen[] = [
  { name: 'sign-in', path: '/sign-in', isSignedOut: true },
  { name: 'claim', path: '/claim', isSignedOut: true },
  { name: 'home', path: w },
  { name: 'servers', path: `${w}/servers` },
  { name: 'register', path: `${w}/servers/register` },
  { name: 'server', path: `${w}/servers/{server}` },
  { name: 'server-tools', path: `${w}/servers/{server}/tools` },
  { name: 'server-resources', path: `${w}/servers/{server}/resources` },
  { name: 'server-prompts', path: `${w}/servers/{server}/prompts` },
  { name: 'server-connection', path: `${w}/servers/{server}/connection` },
  { name: 'server-credentials', path: `${w}/servers/{server}/credentials` },
  { name: 'server-calls', path: `${w}/servers/{server}/calls` },
  { name: 'usage', path: `${w}/usage` },
  { name: 'server-settings', path: `${w}/servers/{server}/settings` },
  { name: 'connections', path: `${w}/connections` },
  { name: 'providers', path: `${w}/connections/providers` },
  { name: 'keys', path: `${w}/keys` },
  { name: 'key-create', path: `${w}/keys?create=true` },
  { name: 'connect-client', path: `${w}/connect-client` },
  { name: 'connect-client-vs-code', path: `${w}/connect-client?client=vs-code` },
  { name: 'connect-client-claude-desktop', path: `${w}/connect-client?client=claude-desktop` },
  { name: 'calls', path: `${w}/calls` },
  {
    name: 'call',
    path: `${w}/calls`,
    act: (page) => page.locator('main').getByRole('button', { name: 'test_simple_text' }).first().click(),
  },
  { name: 'playground', path: `${w}/playground` },
  { name: 'playground-all', path: `${w}/playground?server=*` },
  { name: 'people', path: `${w}/people` },
  { name: 'people-invite', path: `${w}/people?invite=true` },
  { name: 'settings', path: `${w}/settings` },
  { name: 'audit', path: `${w}/audit` },
  { name: 'export', path: `${w}/settings/export` },
  { name: 'palette', path: w, act: (page) => pressed(page, 'Control+k') },
  { name: 'shortcuts', path: `${w}/servers`, act: (page) => pressed(page, '?') },
  {
    name: 'navigation',
    path: w,
    act: (page) =>
      page
        .getByRole('button', { name: 'Open navigation' })
        .click({ timeout: 500 })
        .catch(() => undefined),
  },
  { name: 'no-such-page', path: '/nowhere' },
  { name: 'no-such-server', path: `${w}/servers/00000000-0000-4000-8000-000000000000` },
]

async function pressed(page: Page, key: string): Promise<void> {
  await page.keyboard.press(key)
  await page.getByRole('dialog').waitFor()
}
