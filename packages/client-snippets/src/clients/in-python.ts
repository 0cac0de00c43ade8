// Agents in Python: LangChain, and the OpenAI Agents SDK.

import { type Client, type Endpoint, keyVariable } from '../snippet.ts'

const imports = ({ key }: Endpoint) => (key === undefined ? 'import os\n\n' : '')
const header = ({ key }: Endpoint) =>
  key === undefined ? `f"Bearer {os.environ['${keyVariable}']}"` : JSON.stringify(`Bearer ${key}`)

export const langChain: Client = {
  id: 'langchain',
  name: 'LangChain',
  readsEnvironment: 'unless-in-text',
  forms: (to) => [
    {
      where: 'In Python, with langchain-mcp-adapters',
      text: `${imports(to)}from langchain_mcp_adapters.client import MultiServerMCPClient

client = MultiServerMCPClient({
    ${JSON.stringify(to.name)}: {
        "transport": "http",
        "url": ${JSON.stringify(to.url)},
        "headers": {"Authorization": ${header(to)}},
    }
})
tools = await client.get_tools()`,
    },
  ],
  check: 'print([tool.name for tool in tools])',
  source: {
    page: 'https://docs.langchain.com/oss/python/langchain/mcp',
    seen: 'read, and tried with langchain-mcp-adapters 0.3.2, in November 2026',
  },
}

export const openAiAgents: Client = {
  id: 'openai-agents',
  name: 'OpenAI Agents',
  readsEnvironment: 'unless-in-text',
  forms: (to) => [
    {
      where: 'In Python, with openai-agents',
      text: `${imports(to)}from agents.mcp import MCPServerStreamableHttp

async with MCPServerStreamableHttp(params={
    "url": ${JSON.stringify(to.url)},
    "headers": {"Authorization": ${header(to)}},
}) as server:
    tools = await server.list_tools()`,
    },
  ],
  check: 'print([tool.name for tool in tools])',
  source: {
    page: 'https://openai.github.io/openai-agents-python/mcp/',
    seen: 'read, and tried with openai-agents 0.24.0, in November 2026',
  },
}
