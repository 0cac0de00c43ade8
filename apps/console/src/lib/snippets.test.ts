// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the clients fill these in
// The text that each client takes, as its own documentation had it in November 2026 (Gemini CLI: somebody else's page).

import { expect, test } from 'vitest'
import { exportLine, snippets } from './snippets.ts'

const url = 'http://localhost:7400/mcp/'
const to = { name: 'gatehouse', url }
const textOf = (client: string, key?: string) =>
  snippets({ ...to, key }).find((one) => one.client === client)?.text ?? ''

// code.claude.com/docs/en/mcp, read 2026-11
test('Claude Code', () => {
  expect(textOf('Claude Code')).toBe(
    'claude mcp add --transport http gatehouse http://localhost:7400/mcp/ \\\n  --header "Authorization: Bearer $GATEHOUSE_API_KEY"',
  )
})

// cursor.com/docs/context/mcp, read 2026-11
test('Cursor', () => {
  expect(JSON.parse(textOf('Cursor'))).toEqual({
    mcpServers: { gatehouse: { url, headers: { Authorization: 'Bearer ${env:GATEHOUSE_API_KEY}' } } },
  })
})

// code.visualstudio.com/docs/copilot/reference/mcp-configuration, read 2026-11
test('VS Code', () => {
  expect(JSON.parse(textOf('VS Code'))).toEqual({
    inputs: [{ type: 'promptString', id: 'gatehouse-key', description: 'Gatehouse API key', password: true }],
    servers: {
      gatehouse: { type: 'http', url, headers: { Authorization: 'Bearer ${input:gatehouse-key}' } },
    },
  })
})

// developers.openai.com/codex/mcp, read 2026-11: an inline token is rejected
test('Codex', () => {
  const text =
    '[mcp_servers.gatehouse]\nurl = "http://localhost:7400/mcp/"\nbearer_token_env_var = "GATEHOUSE_API_KEY"'
  expect(textOf('Codex')).toBe(text)
  expect(textOf('Codex', 'gth_x')).toBe(text)
})

test('Gemini CLI', () => {
  expect(textOf('Gemini CLI')).toBe(
    'gemini mcp add --transport http \\\n  --header "Authorization: Bearer $GATEHOUSE_API_KEY" \\\n  gatehouse http://localhost:7400/mcp/',
  )
})

// docs.langchain.com (MultiServerMCPClient) and openai.github.io/openai-agents-python/mcp, read 2026-11
test('LangChain and OpenAI Agents', () => {
  for (const client of ['LangChain', 'OpenAI Agents']) {
    expect(textOf(client)).toContain('"url": "http://localhost:7400/mcp/"')
    expect(textOf(client)).toContain('f"Bearer {os.environ[\'GATEHOUSE_API_KEY\']}"')
  }
})

test('a key is in the text only where the person asked for it', () => {
  const key = 'gth_dev_abc_secret'
  for (const { client, text } of snippets(to)) expect([client, text.includes(key)]).toEqual([client, false])
  for (const { client, text } of snippets({ ...to, key })) {
    expect([client, text.includes(key)]).toEqual([client, client !== 'Codex'])
  }
  expect(exportLine(key)).toBe('export GATEHOUSE_API_KEY=gth_dev_abc_secret')
})
