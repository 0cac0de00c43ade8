import { AppError } from '@gatehouse/errors'
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

/** Spellings of addresses that lead inside; the connector's tests send them through every way out. */
const insideHosts =
  `127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0x7F.0x0.0x0.0x1
  127.0.0.1. 0 0.0.0.0 10.0.0.1 10.1 172.16.0.1 172.31.255.255 192.168.1.1 192.168.257 169.254.169.254 0xa9fea9fe
  2852039166 100.64.0.1 192.0.0.8 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1
  255.255.255.255 168.63.129.16 １２７.０.０.１ 127。0。0。1 ①②⑦.0.0.1 %31%32%37.0.0.1
  [::1] [::] [0:0:0:0:0:0:0:1] [::127.0.0.1] [::7f00:1] [::8.8.8.8] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:8.8.8.8]
  [0:0:0:0:0:ffff:a9fe:a9fe] [::ffff:0:127.0.0.1] [64:ff9b::127.0.0.1] [64:ff9b::808:808] [64:ff9b:1::1]
  [2002:7f00:1::] [2002:808:808::1] [2001::1] [2001:0:53aa:64c:0:0:0:0] [2001:db8::1] [3fff::1] [fe80::1] [fec0::1]
  [fc00::1] [fd12:3456::1] [ff02::1] [100::1] [5f00::1] [4000::1]`.split(/\s+/)

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
