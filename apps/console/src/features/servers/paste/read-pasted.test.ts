// Whatever people have at hand is recognised; a server that is started by a command is told from one with an address.

import { describe, expect, test } from 'vitest'
import { type Entry, filledIn, isOpen, type Remote } from './entry.ts'
import { nameFrom, readPasted, servingLine } from './read-pasted.ts'
import { shellLine, shellWords } from './shell-words.ts'

const entriesOf = (text: string): readonly Entry[] => {
  const pasted = readPasted(text)
  return pasted.kind === 'entries' ? pasted.entries : expect.fail(`${pasted.kind}: ${text}`)
}
const only = (text: string) => {
  const entries = entriesOf(text)
  expect(entries).toHaveLength(1)
  return entries[0]
}
const url = 'https://mcp.files.example/mcp'
const auth = { key: 'Authorization', value: 'Bearer abc' }

describe('an address', () => {
  test.each([
    ['as it is', `  ${url}\n`],
    ['without its scheme', 'mcp.files.example/mcp'],
  ])('%s', (_what, text) => {
    expect(only(text)).toMatchObject({ kind: 'remote', name: '', url, headers: [] })
  })

  test('gives a name where it has one', () => {
    const names = [url, 'https://www.example.com/x', 'http://127.0.0.1:8000/mcp', 'http://localhost/mcp', 'x']
    expect(names.map(nameFrom)).toEqual(['files', 'example', '', 'localhost', ''])
  })
})

describe('a command line', () => {
  test.each([
    ['Claude Code', `claude mcp add --transport http files ${url} --header "Authorization: Bearer abc"`],
    [
      'Claude Code, options first',
      `claude mcp add -s user -t http -H 'Authorization: Bearer abc' files ${url}`,
    ],
    [
      'Claude Code over lines',
      `$ claude mcp add \\\n  --transport=http files ${url} \\\n  --header "Authorization: Bearer abc"`,
    ],
    [
      'Claude Code as JSON',
      `claude mcp add-json files '{"type":"http","url":"${url}","headers":{"Authorization":"Bearer abc"}}'`,
    ],
    ['Gemini CLI', `gemini mcp add --transport http --header "Authorization: Bearer abc" files ${url}`],
    [
      'VS Code',
      `code --add-mcp '{"name":"files","type":"http","url":"${url}","headers":{"Authorization":"Bearer abc"}}'`,
    ],
  ])('of %s', (_client, line) => {
    expect(only(line)).toMatchObject({ kind: 'remote', url, headers: [auth], isSse: false, blanks: [] })
  })

  test('of Codex leaves its token open', () => {
    const entry = only(`codex mcp add files --url ${url} --bearer-token-env-var FILES_TOKEN`) as Remote
    expect(entry).toMatchObject({ name: 'files', url, blanks: [{ name: 'FILES_TOKEN', isSecret: true }] })
    expect(isOpen(entry, {})).toBe(true)
    const token = entry.blanks[0]?.token ?? ''
    expect(filledIn(entry, { [token]: 'abc' }).headers).toEqual([auth])
  })

  test('with a variable of the shell leaves it open', () => {
    const line = `claude mcp add --transport http files ${url} --header "Authorization: Bearer $TOKEN"`
    const entry = only(line) as Remote
    expect(entry.blanks.map(({ name }) => name)).toEqual(['TOKEN'])
  })

  test.each([
    [
      'Claude Code',
      'claude mcp add files -e KEY=secret -- npx -y @x/files /data dir',
      ['npx', '-y', '@x/files', '/data', 'dir'],
    ],
    [
      'Claude Code without dashes',
      'claude mcp add files npx -y @x/files --root /data',
      ['npx', '-y', '@x/files', '--root', '/data'],
    ],
    ['Codex', 'codex mcp add files --env KEY=secret -- uvx files', ['uvx', 'files']],
  ])('of %s can start a server', (_client, line, words) => {
    expect(only(line)).toMatchObject({ kind: 'started', name: 'files', words })
    expect(JSON.stringify(only(line))).not.toContain('secret')
  })

  test('of a server is one', () => {
    expect(only('KEY=secret npx -y @x/files /data')).toEqual({
      ...{ kind: 'started', name: '', words: ['npx', '-y', '@x/files', '/data'], env: ['KEY'] },
    })
    expect(only('docker run -i --rm x/files')).toMatchObject({ kind: 'started' })
  })

  test('of mcp-remote means the server behind it', () => {
    expect(only(`npx -y mcp-remote@latest ${url} 3334 --header "Authorization: Bearer abc"`)).toMatchObject({
      ...{ kind: 'remote', url, headers: [auth], isSse: false },
    })
    expect(only(`npx mcp-remote ${url} --transport sse-only`)).toMatchObject({ isSse: true })
  })

  test('for the transport of 2024 says so', () => {
    expect(only('claude mcp add --transport sse files https://x.example/sse')).toMatchObject({ isSse: true })
  })
})

describe('a file', () => {
  test('of Claude or Cursor has several, each with what it needs', () => {
    const text = `{
      // what I use
      "mcpServers": {
        "files": { "type": "http", "url": "${url}", "headers": { "Authorization": "Bearer \${TOKEN:-abc}" } },
        "old": { "type": "sse", "url": "https://x.example/sse" },
        "local": { "command": "npx", "args": ["-y", "@x/files"], "env": { "KEY": "secret" } },
        "bridged": { "command": "npx", "args": ["mcp-remote", "${url}", "--header", "Authorization:\${AUTH}"], "env": { "AUTH": "Bearer abc" } },
      }
    }`
    const entries = entriesOf(text)
    expect(entries.map((one) => [one.name, one.kind])).toEqual([
      ...[
        ['files', 'remote'],
        ['old', 'remote'],
        ['local', 'started'],
        ['bridged', 'remote'],
      ],
    ])
    const [files, old, local, bridged] = entries
    expect(filledIn(files as Remote, {}).headers).toEqual([auth])
    expect(isOpen(files as Remote, {})).toBe(false)
    expect(old).toMatchObject({ isSse: true })
    expect(local).toMatchObject({ env: ['KEY'] })
    expect(bridged).toMatchObject({ headers: [auth] })
    expect(JSON.stringify(local)).not.toContain('secret')
  })

  test('of VS Code asks for its inputs', () => {
    const entry = only(
      JSON.stringify({
        inputs: [{ id: 'key', type: 'promptString', description: 'Your key', password: true }],
        servers: { files: { type: 'http', url, headers: { 'X-Key': `\${input:key}` } } },
      }),
    ) as Remote
    expect(entry.blanks).toMatchObject([{ name: 'key', about: 'Your key', isSecret: true, isRequired: true }])
  })

  test.each([
    ['an entry alone', `{"url":"${url}","headers":{"Authorization":"Bearer abc"}}`],
    [
      'an entry with its name, without the braces around',
      `"files": {"httpUrl":"${url}","headers":{"Authorization":"Bearer abc"}},`,
    ],
    ['a named entry', `{"files":{"serverUrl":"${url}","headers":{"Authorization":"Bearer abc"}}}`],
  ])('or %s', (_what, text) => {
    expect(only(text)).toMatchObject({ kind: 'remote', url, headers: [auth] })
  })
})

describe('a server.json', () => {
  const server = {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: 'io.github.example/files',
    description: 'Files',
    version: '1.2.3',
    remotes: [
      {
        type: 'streamable-http',
        url: 'https://{tenant}.files.example/mcp',
        variables: {
          tenant: { description: 'Your tenant', isRequired: true, choices: ['eu', 'us'], default: 'eu' },
        },
        headers: [
          {
            name: 'Authorization',
            value: 'Bearer {token}',
            variables: { token: { isSecret: true, isRequired: true } },
          },
          { name: 'X-Region', description: 'Where', isRequired: false, default: 'here' },
        ],
      },
      { type: 'sse', url: 'https://files.example/sse' },
    ],
    packages: [
      {
        registryType: 'npm',
        identifier: '@example/files',
        version: '1.2.3',
        transport: { type: 'stdio' },
        packageArguments: [
          { type: 'positional', value: '/data' },
          { type: 'named', name: '--depth', value: '2' },
        ],
        environmentVariables: [{ name: 'FILES_KEY', isSecret: true }],
      },
    ],
  }

  test.each([
    ['as it is', server],
    ['as the registry answers it', { server, _meta: {} }],
  ])('%s asks for what its remotes leave open', (_what, value) => {
    const [first, second, third] = entriesOf(JSON.stringify(value))
    const remote = first as Remote
    expect(remote.blanks.map(({ name, isRequired, isSecret }) => [name, isRequired, isSecret])).toEqual([
      ...[
        ['tenant', true, false],
        ['token', true, true],
        ['X-Region', false, false],
      ],
    ])
    expect(isOpen(remote, {})).toBe(true)
    expect(filledIn(remote, { '{tenant}': 'us', '{token}': '$& abc' })).toEqual({
      url: 'https://us.files.example/mcp',
      headers: [
        { key: 'Authorization', value: 'Bearer $& abc' },
        { key: 'X-Region', value: 'here' },
      ],
    })
    const bare = { ...remote, blanks: remote.blanks.map((blank) => ({ ...blank, fallback: '' })) }
    expect(filledIn(bare, {})).toEqual({
      url: 'https://{tenant}.files.example/mcp',
      headers: [{ key: 'Authorization', value: '' }],
    })
    expect(second).toMatchObject({ isSse: true })
    expect(third).toEqual({
      ...{ kind: 'started', name: 'files', env: ['FILES_KEY'] },
      words: ['npx', '-y', '@example/files@1.2.3', '/data', '--depth', '2'],
    })
  })
})

describe('what is none of these', () => {
  test.each([
    ['words', 'my favourite server', /no URL/],
    ['JSON that is cut off', '{"mcpServers": {"a": ', /not whole/],
    ['other JSON', '{"a": [1, 2]}', /nothing in it/],
    ['a quote that stays open', 'claude mcp add "x', /no URL/],
  ])('%s is said to be', (_what, text, why) => {
    expect(readPasted(text)).toMatchObject({ kind: 'unknown', why: expect.stringMatching(why) })
  })

  test('nothing is nothing', () => {
    expect(readPasted(' \n')).toEqual({ kind: 'nothing' })
  })
})

test('words come back from the line that is made of them', () => {
  const words = ['npx', '-y', "it's", 'a b', '$HOME', '"q"', '\\', '', '*', '@x/y@1.0']
  expect(shellWords(shellLine(words))).toEqual(words)
  expect(shellWords(servingLine(words))?.at(-1)).toBe(shellLine(words))
})
