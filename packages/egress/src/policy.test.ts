import { AppError } from '@gatehouse/errors'
import { insideHosts } from '@gatehouse/testkit'
import { describe, expect, test } from 'vitest'
import { isGlobal } from './addresses.ts'
import { parseAllow } from './allow.ts'
import { createEgress } from './egress.ts'

const strict = createEgress({ allow: [] })

function refusal(text: string, egress = strict): string {
  try {
    egress.checkUrl(text)
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).code).toBe('url_not_allowed')
    return (error as AppError).message
  }
  throw new Error(`${text} was accepted`)
}

describe('address literals', () => {
  test.each(insideHosts)('refuses https://%s/mcp', (host) => {
    expect(refusal(`https://${host}/mcp`)).toMatch(/not an address of the public internet/)
  })

  test.each(['8.8.8.8', '1.1.1.1', '[2606:4700::1111]', '0x08080808', '172.32.0.1'])(
    'accepts the public address https://%s/mcp',
    (host) => {
      expect(strict.checkUrl(`https://${host}/mcp`).pathname).toBe('/mcp')
    },
  )

  test('an address with a zone, or no address, is never global', () => {
    expect(['2606:4700::1%eth0', 'fe80::1%lo', 'localhost', ''].map(isGlobal)).toEqual([
      false,
      false,
      false,
      false,
    ])
  })
})

describe('the rest of a URL', () => {
  test.each([
    ['not a url', /valid URL/],
    ['', /valid URL/],
    ['https://', /valid URL/],
    ['https://exa\nmple.com/', /valid URL/],
    [' https://example.com/', /valid URL/],
    ['https:\\\\example.com\\', /valid URL/],
    ['http://example.com/mcp', /plain http/],
    ['ftp://example.com/', /scheme ftp:/],
    ['file:///etc/passwd', /scheme file:/],
    ['javascript:alert(1)', /scheme javascript:/],
    ['https://user:secret@example.com/', /user info/],
    ['https://user@example.com/', /user info/],
    ['https://@example.com/', /user info/],
    ['https:example.com@127.0.0.1/', /user info/],
    ['https://example.com/#top', /fragment/],
    ['https://example.com/#', /fragment/],
    ['https://example.com:0/', /port 0/],
    ['https://example.com:99999/', /valid URL/],
  ])('refuses %j', (text, reason) => {
    expect(refusal(text)).toMatch(reason)
  })

  test('an @ or a colon further back is part of the path or the query', () => {
    expect(strict.checkUrl('https://example.com/@scope/x?to=a@b:1').hostname).toBe('example.com')
  })

  test('the refusal of a URL with a password does not repeat it', () => {
    expect(refusal('https://user:canary@example.com/')).not.toContain('canary')
  })
})

describe('own origins', () => {
  const egress = createEgress({
    allow: ['localhost', '127.0.0.0/8', '::1'],
    ownOrigins: ['http://127.0.0.1:7400', 'https://gate.example'],
  })

  test.each([
    'http://127.0.0.1:7400/mcp/x',
    'http://localhost:7400/mcp',
    'http://LOCALHOST.:7400/mcp',
    'http://127.9.9.9:7400/',
    'http://[::1]:7400/',
    'https://gate.example/mcp',
    'https://GATE.example:443/mcp',
  ])('refuses %s', (text) => {
    expect(refusal(text, egress)).toMatch(/address of this gateway/)
  })

  test('another port of the same machine is another server', () => {
    expect(egress.checkUrl('http://localhost:7500/mcp').port).toBe('7500')
  })
})

describe('what the operator allows', () => {
  const egress = createEgress({
    allow: ['10.0.0.0/8', 'fd00::/8', '192.168.1.5', 'box', '*.internal.example'],
  })

  test.each([
    'http://10.2.3.4:8080/mcp',
    'https://0xa.1/mcp',
    'http://[fd00::7]/mcp',
    'https://192.168.1.5/',
    'http://box/mcp',
    'http://a.b.INTERNAL.example./mcp',
  ])('accepts %s', (text) => {
    expect(egress.checkUrl(text)).toBeInstanceOf(URL)
  })

  test.each([
    'http://192.168.1.6/',
    'http://internal.example/',
    'http://evilinternal.example/',
    'http://box.example/',
  ])('still refuses %s', (text) => {
    expect(refusal(text, egress)).toBeTruthy()
  })

  test.each([
    '10.0.0.0/33',
    '10.0/8',
    '300.1.1.1',
    '0x7f.1',
    'a b',
    'http://x',
    '*',
    '*.',
    'a..b',
    'x/8/8',
    'fe80::1%lo',
  ])('a wrong entry %j is named in one sentence', (entry) => {
    expect(() => parseAllow([entry])).toThrow(
      /is not a network, an address or a host name; write for example/,
    )
  })
})
