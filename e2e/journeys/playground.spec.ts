// The playground: tools are called as a client calls them, nothing is lost on the way there or back, and who failed is told apart.

import { execFile as callback } from 'node:child_process'
import { promisify } from 'node:util'
import {
  type FixtureServer,
  type RecordingUpstream,
  type Script,
  scripts,
  startFixtureServer,
  startRecordingUpstream,
} from '@gatehouse/testkit'
import type { Page } from '@playwright/test'
import { expect, test } from '../src/browser.ts'
import { api } from '../src/product.ts'
import { expectAccessible, expectNoSidewaysScroll } from '../src/screens.ts'

test.use({ world: 'playground' })

const execFile = promisify(callback)

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA='
const hostile = '<script>window.wasRun = 1</script><img src=x onerror="window.wasRun = 1">'

const content = [
  { type: 'text', text: hostile },
  { type: 'image', data: png, mimeType: 'image/png' },
  { type: 'audio', data: wav, mimeType: 'audio/wav' },
  { type: 'resource_link', uri: 'javascript:window.wasRun=1', name: 'a link', mimeType: 'text/html' },
  { type: 'resource', resource: { uri: 'test://inside', mimeType: 'text/html', text: hostile } },
  { type: 'resource', resource: { uri: 'test://blob', mimeType: 'application/pdf', blob: 'AAAA' } },
  { type: 'hologram', depth: 3 },
]

const long = [
  { type: 'text', text: 'x'.repeat(5_000_000) },
  ...Array.from({ length: 1_000 }, (_, at) => ({ type: 'text', text: `block ${at}` })),
]
const manyNames = Array.from({ length: 3_000 }, (_, at) => `name-${at}`)

const tools = [
  {
    name: 'everything',
    title: 'Everything at once',
    description: `Answers with every kind of content ${hostile}`,
    inputSchema: {
      type: 'object',
      required: ['id', 'kind'],
      properties: {
        id: { type: 'integer', description: 'A number of any length' },
        kind: { type: 'string', enum: ['large', 'small'] },
        note: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
        tags: { type: 'array', items: { type: 'string', minLength: 2 } },
        where: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
        odd: { type: ['string', 'integer'] },
      },
      additionalProperties: false,
    },
    outputSchema: { type: 'object', required: ['id', 'missing'], properties: { id: { type: 'integer' } } },
  },
  { name: 'wipe', inputSchema: { type: 'object' }, annotations: { readOnlyHint: false } },
  { name: 'slow-pattern', inputSchema: { type: 'object', properties: { text: { pattern: '^(a+)+$' } } } },
  { name: 'endless', inputSchema: { $ref: '#', type: 'object' } },
  {
    name: 'huge',
    inputSchema: {
      type: 'object',
      required: manyNames,
      properties: Object.fromEntries(manyNames.map((name) => [name, { $ref: '#' }])),
      anyOf: [{ enum: manyNames }, { type: 'object' }],
    },
  },
  ...['fail', 'refuse', 'die', 'long', 'link'].map((name) => ({ name, inputSchema: { type: 'object' } })),
]

let release = () => {}
const base = scripts.modernServer({ tools })
const result = (text: string) => `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete",${text}}}`
const note = (method: string, params: object) =>
  scripts.event({ jsonrpc: '2.0', method: `notifications/${method}`, params })

const answers: Readonly<Record<string, Script>> = {
  everything: (request, response) => {
    const progress = (progress: number) =>
      note('progress', { progressToken: 'playground', progress, total: 2, message: 'halfway <b>there</b>' })
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const last = result(`"content":${JSON.stringify(content)},"structuredContent":{"id":9007199254740993}`)
    const log = note('message', { level: 'info', data: 'a message of the server' })
    return scripts.sse([progress(1), log, gate, progress(2), `data: ${last}\n\n`])(request, response)
  },
  wipe: scripts.json(result('"content":[{"type":"text","text":"wiped"}]')),
  fail: scripts.json(result('"content":[{"type":"text","text":"no such thing"}],"isError":true')),
  refuse: scripts.json({ jsonrpc: '2.0', id: 1, error: { code: -32602, message: 'not like that' } }),
  die: scripts.reset,
  'slow-pattern': scripts.json(result('"content":[{"type":"text","text":"not in a hurry"}]')),
  link: scripts.json(result('"content":[{"type":"resource_link","uri":"test://linked","name":"a link"}]')),
  'test://linked': scripts.json(result('"contents":[{"uri":"test://linked","text":"what was linked"}]')),
  long: scripts.json(result(`"content":${JSON.stringify(long)}`)),
  endless: scripts.json(result('"content":[{"type":"text","text":"reached the end"}]')),
}

let kinds: RecordingUpstream
let legacy: FixtureServer
let modern: FixtureServer
test.beforeAll(async () => {
  kinds = await startRecordingUpstream((request, response) => {
    const message = request.json() as { params?: { name?: string; uri?: string } } | undefined
    const own = answers[message?.params?.name ?? message?.params?.uri ?? '']
    return (own ?? base)(request, response)
  })
  legacy = await startFixtureServer({ eras: 'legacy' })
  modern = await startFixtureServer({ eras: 'modern' })
})
/** The registry looks at servers too. */
const callsOf = ({ requests }: RecordingUpstream) =>
  requests.filter(({ body }) => body.includes('"tools/call"'))
test.afterAll(() => Promise.all([kinds.close(), legacy.close(), modern.close()]))

test('a tool is called with exact arguments, and everything that it answers is shown', async ({
  watched: page,
  product,
}) => {
  test.setTimeout(300_000) // every way in which a call can end, looked at in both themes
  const register = async (slug: string, url: string) => {
    const made = await api(`${product.registry_url}/v1/deepagents/mcp-servers`, product.api_key, 'POST', {
      name: `Server ${slug}`,
      slug,
      url,
    })
    expect(made.status).toBe(201)
    return (made.body as { id: string }).id
  }
  const id = await register('kinds', kinds.url)
  await register('older', legacy.url)
  const newerId = await register('newer', modern.url)
  const answer = page.getByRole('region', { name: 'Answer' })
  const choose = (tool: string) => page.getByRole('combobox', { name: 'Tool' }).selectOption(tool)
  const run = () => page.getByRole('button', { name: 'Run', exact: true }).click()

  await test.step('the tool list leads here, and the schema makes a form', async () => {
    await page.goto(`${product.console_url}/w/default/servers/${id}/tools`)
    await page.getByRole('link', { name: 'Try everything in the playground' }).click()
    await expect(page.getByRole('heading', { name: 'Playground' })).toBeVisible()
    await expect(page.getByRole('textbox', { name: 'id', exact: true })).toBeVisible()
    await expectAccessible(page)
    await run()
    await expect(page.getByRole('main').getByRole('alert')).toContainText('Not sent')
    await expect(page.getByRole('textbox', { name: 'id', exact: true })).toHaveAttribute(
      'aria-invalid',
      'true',
    )
    await expectAccessible(page)
  })

  await test.step('form and JSON show one value, and no digit is lost', async () => {
    await page.getByRole('textbox', { name: 'id', exact: true }).fill('9007199254740993')
    await page.getByRole('combobox', { name: 'kind' }).selectOption('small')
    await page.getByRole('button', { name: 'Add tags' }).click()
    await page.getByRole('button', { name: 'Add item to tags' }).click()
    await page.getByRole('textbox', { name: 'Item 1' }).fill('x')
    await page.getByRole('button', { name: 'Add where' }).click()
    await page.getByRole('textbox', { name: 'city' }).fill('Zürich')
    await run()
    await expect(page.getByRole('main').getByRole('alert')).toContainText('/tags/0')
    await page.getByRole('textbox', { name: 'Item 1' }).fill('red')
    await page.getByRole('textbox', { name: /^odd/ }).fill('{"price": 1.50')
    await page.getByText('JSON', { exact: true }).click()
    const json = page.getByRole('textbox', { name: 'Arguments as JSON' })
    await expect(json).toHaveValue(/"id": 9007199254740993,\n {2}"kind": "small"/)
    await json.fill('{"id": 9007199254740993, "kind": "small", "tags": ["red"]')
    await expect(page.getByText(/Line 1, column \d+: A comma or the closing brace is missing/)).toBeVisible()
    await expectAccessible(page)
    await json.fill(
      '{"id": 9007199254740993, "kind": "small", "tags": ["red"], "where": {"city": "Zürich"}, "odd": 7}',
    )
    await page.getByText('Form', { exact: true }).click()
    await expect(page.getByRole('textbox', { name: 'city' })).toHaveValue('Zürich')
    await expect(page.getByRole('textbox', { name: /^odd/ })).toHaveValue('7')
    await page.getByRole('button', { name: 'Leave out odd' }).click()
  })

  await test.step('progress comes live, then every kind of content, as text and never as a page', async () => {
    await run()
    await expect(answer).toContainText('Progress: 1 of 2 · halfway <b>there</b>')
    await expect(answer.getByRole('log')).toContainText('info a message of the server')
    await expectAccessible(page)
    release()
    await expect(answer).toContainText('The tool answered')
    const sent = callsOf(kinds).at(-1)?.body.toString() ?? ''
    expect(sent).toContain(
      '"arguments":{"id":9007199254740993,"kind":"small","tags":["red"],"where":{"city":"Zürich"}}',
    )
    await expect(answer.getByRole('img')).toHaveAttribute('src', `data:image/png;base64,${png}`)
    await expect(answer.locator('audio')).toHaveAttribute('src', `data:audio/wav;base64,${wav}`)
    await expect(answer.getByRole('region', { name: 'Content: resource_link' })).toContainText(
      'javascript:window',
    )
    await expect(answer.getByRole('region', { name: 'Content: resource', exact: true })).toHaveCount(2)
    await expect(answer).toContainText('application/pdf · 3 B')
    const saved = page.waitForEvent('download')
    await answer.getByRole('button', { name: 'Save' }).last().click()
    expect((await saved).suggestedFilename()).toBe('blob')
    await expect(answer.getByRole('region', { name: 'Content: hologram' })).toContainText('"depth": 3')
    expect(await page.evaluate(() => 'wasRun' in globalThis)).toBe(false)
    expect(await answer.locator('a[href^="javascript:"], img[src="x"], script').count()).toBe(0)
    await expect(answer.getByRole('region', { name: 'Timing' })).toContainText(
      /in the gateway · .* at the server/,
    )
    await expectAccessible(page)
    await answer.getByRole('tab', { name: 'Structured' }).click()
    await expect(answer).toContainText('"id": 9007199254740993')
    await expect(answer).toContainText('It does not fit the schema')
    await answer.getByRole('tab', { name: 'Raw' }).click()
    await expect(answer).toContainText('"resultType": "complete"')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    const copied = await page.evaluate('navigator.clipboard.readText()')
    expect(copied).toContain(`'${product.gateway_url}/mcp/kinds'`)
    expect(copied).toContain('"id":9007199254740993')
    const before = callsOf(kinds).length
    const ran = execFile('sh', ['-c', String(copied)], {
      env: { ...process.env, GATEHOUSE_API_KEY: product.api_key },
    })
    await expect.poll(() => callsOf(kinds).length).toBe(before + 1)
    release()
    expect((await ran).stdout).toContain('"structuredContent":{"id":9007199254740993}')
    expect(callsOf(kinds).at(-1)?.body.toString()).toContain('"id":9007199254740993,"kind":"small"')
  })

  await test.step('an answer of megabytes is shown in part, and can be copied', async () => {
    await choose('long')
    await run()
    await expect(answer).toContainText('The first 20,000 of 5,000,000 characters')
    await answer.getByRole('button', { name: 'Show more' }).first().click()
    await expect(answer).toContainText('The first 200,000 of 5,000,000 characters')
    await expect(answer).toContainText('50 of 1001 are shown.')
    await answer.getByRole('tab', { name: 'Raw' }).click()
    await expect(answer).toContainText('"resultType": "complete"')
  })

  await test.step('a destructive tool asks first', async () => {
    await choose('wipe')
    const before = callsOf(kinds).length
    await run()
    const question = page.getByRole('dialog', { name: 'Run wipe?' })
    await expect(question).toContainText('destructive')
    await expectAccessible(page)
    await question.getByRole('button', { name: 'Do not run' }).click()
    await expect(question).toBeHidden()
    expect(callsOf(kinds).length).toBe(before)
    await run()
    await question.getByRole('button', { name: 'Run it' }).click()
    await expect(answer).toContainText('wiped')
  })

  await test.step('the errors of the tool, the protocol and the way there look different', async () => {
    for (const [tool, title, text] of [
      ['fail', "The tool's own error", 'no such thing'],
      ['refuse', 'Protocol error', 'not like that'],
      ['die', 'No answer came through', 'upstream_unreachable'],
    ] as const) {
      await choose(tool)
      await run()
      await expect(answer).toContainText(title)
      await expect(answer).toContainText(text)
    }
    await expectAccessible(page)
  })

  await test.step('a schema that no one can finish reading stops neither the page nor the call', async () => {
    await page.goto(
      `${product.console_url}/w/default/playground?server=kinds&tool=slow-pattern&arguments=${encodeURIComponent(
        JSON.stringify({ text: `${'a'.repeat(40)}!` }),
      )}`,
    )
    await run()
    await expect(page.getByText('Not checked before it was sent: its schema takes longer than')).toBeVisible()
    await expect(answer).toContainText('not in a hurry')
    await expect.poll(() => page.workers().length).toBe(0)
    await choose('endless')
    await run()
    await expect(page.getByText('Not checked before it was sent: Maximum call stack')).toBeVisible()
    await expect(answer).toContainText('reached the end')
    await choose('huge')
    await expect(page.getByRole('textbox', { name: 'Arguments', exact: true })).toHaveValue(/^\{/)
    await run()
    await expect(page.getByRole('main').getByRole('alert')).toContainText('This is required')
    await choose('die')
    await run()
    await expect(answer).toContainText('No answer came through')
  })

  await test.step('a record leads back here, and what can not be reached is not called', async () => {
    await answer.getByRole('link', { name: 'Call record' }).click()
    await page.getByRole('dialog', { name: 'Call' }).getByRole('link', { name: 'Replay' }).click()
    await expect(page.getByRole('combobox', { name: 'Tool' })).toHaveValue('die')
    await page.route('**/v1/gateway-tokens', (route) => route.abort())
    await page.reload()
    await run()
    await expect(answer.getByRole('alert')).toContainText('The call was not made')
    await expectAccessible(page)
    await page.unroute('**/v1/gateway-tokens')
  })

  await test.step('as a key that may not, the gateway refuses', async () => {
    const key = { name: 'reads only', kind: 'service', permissions: ['mcp-servers:read'] }
    const made = await api(`${product.registry_url}/v1/api-keys`, product.api_key, 'POST', key)
    expect(made.status).toBe(201)
    await page.reload()
    await page.getByRole('combobox', { name: 'Caller' }).selectOption('Key: reads only')
    await run()
    await expect(answer).toContainText('Refused by the gateway')
    await page.getByRole('combobox', { name: 'Caller' }).selectOption({ index: 0 })
  })

  for (const slug of ['older', 'newer']) {
    await test.step(`${slug}: questions are answered, and a call is cancelled`, async () => {
      await askedBack(page, product.console_url, slug)
      await page.goto(
        `${product.console_url}/w/default/playground?server=${slug}&tool=test_wait&arguments={"ms":60000}`,
      )
      await run()
      await page.getByRole('button', { name: 'Cancel', exact: true }).click()
      await expect(answer).toContainText('Cancelled')
    })
  }

  await test.step('prompts and resources are tried like tools, and what links to one is read', async () => {
    const what = page.getByRole('radiogroup', { name: 'What to try' })
    await page.goto(`${product.console_url}/w/default/playground?server=newer`)
    await what.getByText('Prompts').click()
    await page.getByRole('combobox', { name: 'Prompt' }).selectOption('test_prompt_with_arguments')
    await page.getByRole('button', { name: 'Get', exact: true }).click()
    await expect(page.getByRole('main').getByRole('alert')).toContainText('This is required')
    await page.getByRole('textbox', { name: 'arg1' }).fill('par')
    const proposed = page.getByRole('group', { name: 'Proposed for arg1' }).getByRole('button')
    await expect(proposed).toHaveText(['paris', 'park', 'party'])
    await proposed.filter({ hasText: 'park' }).click()
    await expect(page.getByRole('textbox', { name: 'arg1' })).toHaveValue('park')
    await page.getByRole('textbox', { name: 'arg1' }).fill('a "b"')
    await page.getByRole('textbox', { name: 'arg2' }).fill('c')
    await page.getByRole('button', { name: 'Get', exact: true }).click()
    await expect(answer).toContainText(`Prompt with arguments: arg1='a "b"', arg2='c'`)
    await expect(answer.getByRole('region', { name: 'Content: text' })).toContainText('user · Text')
    await expectAccessible(page)
    await what.getByText('Resources').click()
    await page.getByRole('combobox', { name: 'Resource' }).selectOption('test://static-binary')
    await page.getByRole('button', { name: 'Read', exact: true }).click()
    await expect(answer.getByRole('img')).toHaveAttribute('src', /^data:image\/png;base64,/)
    await page.goto(`${product.console_url}/w/default/servers/${newerId}/resources`)
    await page.getByRole('link', { name: 'Try test://template/{id}/data in the playground' }).click()
    await page.getByRole('textbox', { name: 'id' }).fill('a b/c')
    await page.getByRole('button', { name: 'Read', exact: true }).click()
    await expect(answer).toContainText('test://template/a%20b%2Fc/data')
  })

  await test.step('the merged address calls by its own names', async () => {
    await page.getByRole('combobox', { name: 'Server' }).selectOption('*')
    await page.getByRole('combobox', { name: 'Tool' }).selectOption('newer__test_simple_text')
    await run()
    await expect(answer).toContainText('This is a simple text response for testing.')
    await page.goto(`${product.console_url}/w/default/playground?server=*&tool=kinds__link`)
    await run()
    await answer.getByRole('button', { name: /^Read / }).click()
    await expect(answer).toContainText('what was linked')
    await expectAccessible(page)
  })

  await test.step('it fits into 320 px, and says what it has not got', async () => {
    await page.setViewportSize({ width: 320, height: 700 })
    await page.goto(
      `${product.console_url}/w/default/playground?server=kinds&tool=everything&arguments={"id":1,"where":{"city":""}}`,
    )
    await expect(page.getByRole('textbox', { name: 'city' })).toBeVisible()
    await expectNoSidewaysScroll(page)
    await page.goto(`${product.console_url}/w/default/playground?server=kinds&tool=nothing`)
    await expect(page.getByText('The server lists no tool with the name in the address')).toBeVisible()
    await page.goto(`${product.console_url}/w/default/playground`)
    await expect(page.getByText('Choose the server whose tools you want to call.')).toBeVisible()
    await expectNoSidewaysScroll(page)
    await expectAccessible(page)
  })
})

/** A form, a page to visit, and two rounds in a row. */
async function askedBack(page: Page, consoleUrl: string, slug: string) {
  const at = (tool: string, args: object) =>
    `${consoleUrl}/w/default/playground?server=${slug}&tool=${tool}&arguments=${encodeURIComponent(JSON.stringify(args))}`
  const answer = page.getByRole('region', { name: 'Answer' })
  const asks = page.getByRole('region', { name: /asks you$/ })
  const run = () => page.getByRole('button', { name: 'Run', exact: true }).click()
  await page.goto(at('test_elicitation', { message: 'Who are you?' }))
  await run()
  await expect(asks).toContainText(`Server ${slug} asks you`)
  await expect(asks).toContainText('Who are you?')
  if (slug === 'older') await expectAccessible(page)
  await asks.getByRole('button', { name: 'Send answer' }).click()
  await expect(asks.getByRole('textbox', { name: 'username' })).toHaveAttribute('aria-invalid', 'true')
  await asks.getByRole('textbox', { name: 'username' }).fill('ada')
  await asks.getByRole('textbox', { name: 'email' }).fill('ada@example.com')
  await asks.getByRole('button', { name: 'Send answer' }).click()
  await expect(answer).toContainText('action=accept, content={"username":"ada","email":"ada@example.com"}')
  await expect(answer.getByRole('region', { name: 'Timing' })).toContainText('Round 2')

  await page.goto(at('test_url_elicitation', { url: 'https://elsewhere.example/sign-in?as=you' }))
  await run()
  await expect(asks.getByRole('link', { name: 'Open the page of elsewhere.example' })).toHaveAttribute(
    'rel',
    'noopener noreferrer',
  )
  await asks.getByRole('button', { name: 'Decline' }).click()
  await expect(answer).toContainText('action=decline')

  await page.goto(at('test_input_required_result_multi_round', {}))
  await run()
  await asks.getByRole('textbox', { name: 'name' }).fill('Ada')
  await asks.getByRole('button', { name: 'Send answer' }).click()
  await asks.getByRole('textbox', { name: 'color' }).fill('teal')
  await asks.getByRole('button', { name: 'Send answer' }).click()
  await expect(answer).toContainText('Ada likes teal')
}
