// The calls screen: what came is listed, found by its filters, and opened.

import { expect, test } from '../src/browser.ts'
import { callTool } from '../src/clients.ts'
import { join } from '../src/join.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test('calls are listed, filtered, opened, and come by themselves', async ({ watched: page, product }) => {
  const call = (tool: string) => callTool(`${product.gateway_url}/mcp/sample`, product.api_key, tool)
  await call('roll-dice')
  await call('no-such-tool')

  await page.goto(`${product.console_url}/w/default/calls`)
  const open = (name: string) => page.getByRole('button', { name, exact: true })
  await expect(open('roll-dice').first()).toBeVisible()
  await expect(open('no-such-tool').first()).toBeVisible()
  await expectAccessible(page)

  await page.getByRole('textbox', { name: 'Tool' }).fill('roll-dice')
  await expect(open('no-such-tool')).toHaveCount(0)
  await expect(page).toHaveURL(/tool=roll-dice/)
  const rows = page.getByRole('table', { name: 'Calls' }).getByRole('row')
  await expect(rows.nth(1)).toBeVisible()
  const before = await rows.count()
  await call('roll-dice')
  await expect(rows).toHaveCount(before + 1)
  await call('no-such-tool')
  await page.reload()
  await expect(rows).toHaveCount(before + 1)

  await open('roll-dice').first().click()
  const drawer = page.getByRole('dialog', { name: 'Call' })
  await expect(drawer).toContainText('Answered')
  await expect(drawer).toContainText('local start')
  const timeline = drawer.getByRole('list', { name: 'Timeline' }).getByRole('listitem')
  for (const [at, phase] of ['Authenticate', 'Policy', 'Credential', 'Upstream', 'Rest'].entries())
    await expect(timeline.nth(at)).toHaveText(new RegExp(`^${phase}.*\\d ms$`))
  await expect(drawer.getByRole('link', { name: 'Replay in the playground' })).toHaveAttribute(
    'href',
    /\/playground\?server=[0-9a-f-]+&tool=roll-dice$/,
  )
  await expect(page).toHaveURL(/call=/)
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await expect(open('roll-dice').first()).toBeFocused()

  await page.getByRole('textbox', { name: 'Tool' }).fill('never-called')
  await expect(page.getByText('No call passes these filters.')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Clear filters' }).click()
  await expect(open('roll-dice').first()).toBeVisible()

  // Each column has its filter, and what the address says is shown.
  await page.getByRole('button', { name: 'More filters' }).click()
  await page.getByRole('spinbutton', { name: 'Took at least, ms' }).fill('3600000')
  await expect(page.getByText('No call passes these filters.')).toBeVisible()
  await expect(page).toHaveURL(/duration_ms_min=3600000/)
  await page.getByRole('spinbutton', { name: 'Took at least, ms' }).fill('')
  await page.getByRole('spinbutton', { name: 'HTTP status' }).fill('200')
  await expect(open('roll-dice').first()).toBeVisible()
  await expectAccessible(page)
  await page.goto(`${product.console_url}/w/default/calls?until=2026-01-01T00:00:00Z`)
  await expect(page.getByText('No call passes these filters.')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Resume' })).toBeHidden()
  await expect(page.getByLabel('Until')).not.toHaveValue('')
})

test('what calls say is captured for a while, told to everybody, read by an auditor, and tried again', async ({
  watched: page,
  product,
}) => {
  test.setTimeout(120_000)
  const auditor = await join(page, 'auditor', product, 'reader')
  const at = (path: string) => `${product.console_url}/w/default${path}`
  const servers = await page.request.get(`${product.console_url}/api/registry/v1/deepagents/mcp-servers`)
  const sample = ((await servers.json()) as { id: string; slug: string }[]).find(
    ({ slug }) => slug === 'sample',
  )
  const settings = at(`/servers/${sample?.id}/settings`)
  const main = page.locator('main')
  const told = /Capture mode: headers and bodies of its calls are kept for 14:\d\d more, for auditors/

  await page.goto(settings)
  const section = main.getByRole('region', { name: 'Capture mode' })
  await expect(section.getByRole('combobox', { name: 'For how long' })).toHaveValue('15')
  await section.getByRole('button', { name: 'Start capture' }).click()
  await expect(section.getByText(/^On until .*: 14:\d\d left$/)).toBeVisible()
  await expect(main.getByText(told)).toBeVisible()
  await expectAccessible(page)
  await page.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(page)
  await page.setViewportSize({ width: 1280, height: 720 })
  await auditor.goto(at(`/servers/${sample?.id}`))
  await expect(auditor.locator('main').getByText(told)).toBeVisible()

  const asked = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'text-stats', arguments: {} } }
  const secret = 'Bearer canary-of-the-client'
  await fetch(`${product.gateway_url}/mcp/sample`, {
    method: 'POST',
    headers: {
      ...{ 'x-api-key': product.api_key, 'x-mine': secret, 'mcp-protocol-version': '2025-06-18' },
      ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    },
    body: JSON.stringify(asked).replace('{}', '{"text":"<b>captured</b>","large":9007199254740993}'),
  })
  const opened = async (of: typeof page) => {
    await of.goto(at('/calls?tool=text-stats'))
    await of.getByRole('button', { name: 'text-stats', exact: true }).first().click()
    return of.getByRole('dialog', { name: 'Call' })
  }
  const mine = await opened(page)
  await expect(mine).toContainText('Only auditors can read them.')
  await expect(mine).toContainText(
    'Without its arguments: they were captured, and only auditors can read them.',
  )
  await expect(mine.getByRole('button', { name: 'Read headers and bodies' })).toHaveCount(0)
  await expectAccessible(page)

  const theirs = await opened(auditor)
  await expect(theirs).toContainText('for somebody whose role may call tools: yours may not')
  await theirs.getByRole('button', { name: 'Read headers and bodies' }).click()
  const request = theirs.getByRole('group', { name: 'Request', exact: true })
  await expect(request.getByRole('group', { name: 'Body of the request' })).toContainText(
    '"text": "<b>captured</b>",\n      "large": 9007199254740993',
  )
  for (const name of ['x-api-key', 'x-mine'])
    await expect(
      request.locator('div', { has: auditor.getByText(name, { exact: true }) }).last(),
    ).toContainText('***')
  await expect(theirs.getByRole('group', { name: 'Body of the answer' })).toContainText('jsonrpc')
  await expect(theirs).not.toContainText('canary')
  await expectAccessible(auditor)
  await auditor.setViewportSize({ width: 320, height: 640 })
  await expectNoSidewaysScroll(auditor)
  await auditor.setViewportSize({ width: 1280, height: 720 })

  // No role has both permissions: who may read prepares the call for somebody who may make it.
  const replay = theirs.getByRole('link', { name: 'Show in the playground' })
  await expect(replay).toHaveAttribute('href', /&call=[0-9a-f-]+$/)
  await replay.click()
  await expect(auditor.getByText('A replay, with the arguments that were captured.')).toBeVisible()
  await expect(auditor.locator('main')).toContainText('9007199254740993')
  await expect(auditor.locator('main')).toContainText('Copy the call for somebody whose role may.')
  await expect(auditor.getByRole('button', { name: 'Copy as curl' })).toBeVisible()
  await expect(auditor.getByRole('button', { name: 'Run' })).toHaveCount(0)
  await expectAccessible(auditor)
  await page.goto(auditor.url())
  await expect(main).toContainText(
    'A replay without its arguments: only auditors can read what was captured.',
  )

  await page.goto(at('/audit'))
  await expect(main.getByRole('row', { name: /Call bodies read.*The reader/ })).toHaveCount(2)
  await expect(main.getByRole('row', { name: /Capture started/ })).toBeVisible()
  await page.goto(settings)
  await section.getByRole('button', { name: 'Stop now' }).click()
  await expect(section.getByRole('button', { name: 'Start capture' })).toBeVisible()
  await expect(main.getByText(told)).toBeHidden()
  await auditor.context().close()
})
