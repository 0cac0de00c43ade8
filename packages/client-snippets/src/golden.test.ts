// Every client is told exactly what golden/ holds, each file with its source and date. Written anew with `vitest run -u`,
// which is for somebody who has read that source again.

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Client, clients, type Endpoint, exportLine } from './index.ts'

const to: Endpoint = { name: 'gatehouse', url: 'https://gateway.example.com/mcp/' }
const key = 'gth_live_abcdefghijkl_secret'

function told(client: Client): string {
  const section = (title: string, text: string) => `--- ${title}\n${text}\n`
  return [
    `${client.name}\nsource: ${client.source.page}\nseen: ${client.source.seen}\n`,
    ...client.forms(to).map(({ where, text }) => section(where, text)),
    ...client.forms({ ...to, key }).map(({ where, text }) => section(`${where} (with the key)`, text)),
    ...(client.link ? [section(client.link(to).label, client.link(to).href)] : []),
    section('check', client.check),
  ].join('\n')
}

test.each(clients.map((client) => [client.id, client] as const))('%s', async (id, client) => {
  await expect(told(client)).toMatchFileSnapshot(join(import.meta.dirname, '../golden', `${id}.txt`))
})

describe('the key', () => {
  test('is in no text and no link unless the person asked for it', () => {
    for (const client of clients) {
      expect(JSON.stringify([client.forms(to), client.link?.(to)])).not.toContain(key)
      expect(client.link?.({ ...to, key }).href ?? '').not.toContain(key)
      expect(
        atob(new URL(client.link?.({ ...to, key }).href ?? 'x:').searchParams.get('config') ?? ''),
      ).not.toContain(key)
    }
    expect(exportLine(key)).toBe(`export GATEHOUSE_API_KEY=${key}`)
  })

  test('is in every text where they did, but for Codex, which rejects it', () => {
    for (const client of clients)
      for (const form of client.forms({ ...to, key }))
        expect([client.id, form.text.includes(key)]).toEqual([client.id, client.id !== 'codex'])
  })
})

describe('links are as their client takes them apart', () => {
  const linkOf = (id: string) => clients.find((one) => one.id === id)?.link?.(to).href ?? ''

  // cursor.com/docs/mcp/install-links: the configuration without its name, as JSON in base64.
  test('Cursor', () => {
    const { protocol, host, pathname, searchParams } = new URL(linkOf('cursor'))
    expect(`${protocol}//${host}${pathname}`).toBe('cursor://anysphere.cursor-deeplink/mcp/install')
    expect(searchParams.get('name')).toBe('gatehouse')
    expect(JSON.parse(atob(searchParams.get('config') ?? ''))).toEqual({
      url: to.url,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Cursor fills it in
      headers: { Authorization: 'Bearer ${env:GATEHOUSE_API_KEY}' },
    })
  })

  // VS Code's mcpUrlHandler: JSON.parse(decodeURIComponent(uri.query)), of which it takes `name` and `inputs`.
  test('VS Code', () => {
    const link = linkOf('vs-code')
    expect(link.startsWith('vscode:mcp/install?')).toBe(true)
    const { name, inputs, ...entry } = JSON.parse(decodeURIComponent(link.split('?')[1] ?? ''))
    expect(name).toBe('gatehouse')
    expect(inputs).toMatchObject([{ id: 'gatehouse-key', password: true }])
    expect(entry).toMatchObject({ type: 'http', url: to.url })
  })
})
