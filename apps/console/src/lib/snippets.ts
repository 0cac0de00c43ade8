// How a client is told about the gateway. Formats, sources and dates: docs of each client as read in November 2026; the tests
// keep them as they were read.

export interface Endpoint {
  /** Name of the entry in the client's configuration. */
  readonly name: string
  readonly url: string
  /** Only where the person chose to have it in the text: else the client reads the environment. */
  readonly key?: string | undefined
}

export interface Snippet {
  readonly client: string
  /** Where the text belongs. */
  readonly where: string
  readonly text: string
  /** Said beside it: formats that we know from others only. */
  readonly note?: string
}

/** The variable that the default forms read. */
export const keyVariable = 'GATEHOUSE_API_KEY'

/** One per client, the environment-variable form unless a key is given. */
export function snippets(to: Endpoint): Snippet[] {
  return [
    claudeCode(to),
    cursor(to),
    vsCode(to),
    codex(to),
    geminiCli(to),
    langChain(to),
    openAiAgents(to),
    curl(to),
  ]
}

/** The line that gives the variable its value. */
export const exportLine = (key: string) => `export ${keyVariable}=${key}`

const json = (value: unknown) => JSON.stringify(value, null, 2)
const inShell = ({ key }: Endpoint) => `Authorization: Bearer ${key ?? `$${keyVariable}`}`

function claudeCode(to: Endpoint): Snippet {
  const text = `claude mcp add --transport http ${to.name} ${to.url} \\\n  --header "${inShell(to)}"`
  return { client: 'Claude Code', where: 'In a terminal', text }
}

function cursor({ name, url, key }: Endpoint): Snippet {
  const headers = { Authorization: `Bearer ${key ?? `\${env:${keyVariable}}`}` }
  return {
    client: 'Cursor',
    where: '~/.cursor/mcp.json',
    text: json({ mcpServers: { [name]: { url, headers } } }),
  }
}

function vsCode({ name, url, key }: Endpoint): Snippet {
  const id = 'gatehouse-key'
  const headers = { Authorization: `Bearer ${key ?? `\${input:${id}}`}` }
  const inputs = [{ type: 'promptString', id, description: 'Gatehouse API key', password: true }]
  const servers = { [name]: { type: 'http', url, headers } }
  return { client: 'VS Code', where: '.vscode/mcp.json', text: json(key ? { servers } : { inputs, servers }) }
}

/** Codex rejects a token in the file: it names the variable in any case. */
function codex({ name, url }: Endpoint): Snippet {
  const text = `[mcp_servers.${name}]\nurl = ${JSON.stringify(url)}\nbearer_token_env_var = "${keyVariable}"`
  return { client: 'Codex', where: '~/.codex/config.toml', text }
}

function geminiCli(to: Endpoint): Snippet {
  const text = `gemini mcp add --transport http \\\n  --header "${inShell(to)}" \\\n  ${to.name} ${to.url}`
  return { client: 'Gemini CLI', where: 'In a terminal', text, note: 'Taken from a second-hand description.' }
}

function langChain({ name, url, key }: Endpoint): Snippet {
  const bearer = key ? JSON.stringify(`Bearer ${key}`) : `f"Bearer {os.environ['${keyVariable}']}"`
  const text = `${key ? '' : 'import os\n'}from langchain_mcp_adapters.client import MultiServerMCPClient

client = MultiServerMCPClient({
    ${JSON.stringify(name)}: {
        "transport": "http",
        "url": ${JSON.stringify(url)},
        "headers": {"Authorization": ${bearer}},
    }
})`
  return { client: 'LangChain', where: 'In Python', text }
}

function openAiAgents({ url, key }: Endpoint): Snippet {
  const bearer = key ? JSON.stringify(`Bearer ${key}`) : `f"Bearer {os.environ['${keyVariable}']}"`
  const text = `${key ? '' : 'import os\n'}from agents.mcp import MCPServerStreamableHttp

server = MCPServerStreamableHttp(params={
    "url": ${JSON.stringify(url)},
    "headers": {"Authorization": ${bearer}},
})`
  return { client: 'OpenAI Agents', where: 'In Python', text }
}

function curl(to: Endpoint): Snippet {
  const text = `curl -sS ${to.url} \\
  -H "${inShell(to)}" \\
  -H 'Content-Type: application/json' \\
  -H 'Accept: application/json, text/event-stream' \\
  -d '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"curl","version":"1"}}}'`
  return { client: 'curl', where: 'In a terminal', text }
}
