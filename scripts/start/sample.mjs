// Registers the sample server on the first start, keeps its URL right on later ones, and calls it once through the gateway.

import { say } from '../lib/say.mjs'

/** A sample server that its user deleted stays deleted. @throws Error when the gateway can't reach it */
export async function registerSample({ urls, apiKey, sampleUrl }) {
  const request = async (method, path, body) => {
    const response = await fetch(`${urls.registry}/v1/deepagents${path}`, {
      method,
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const { body: servers } = await request('GET', '/mcp-servers')
  const known = servers.find((server) => server.slug === 'sample')
  if (known && known.url !== sampleUrl) await request('PATCH', `/mcp-servers/${known.id}`, { url: sampleUrl })
  if (!known) {
    const made = await request('POST', '/mcp-servers', {
      name: 'Sample server',
      slug: 'sample',
      url: sampleUrl,
    })
    if (made.status === 409) return say('The sample server was deleted earlier and stays deleted')
    if (made.status !== 201) throw new Error(`The sample server could not be registered: ${made.body.detail}`)
  }
  const count = await callThroughGateway(urls.gateway, apiKey)
  say(`Sample server healthy: ${count} tools through ${urls.gateway}/mcp/sample`)
}

async function callThroughGateway(gateway, apiKey) {
  const post = async (body, session) => {
    const response = await fetch(`${gateway}/mcp/sample`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        ...(session && { 'mcp-session-id': session }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...body }),
    })
    const text = await response.text()
    if (response.status >= 300)
      throw new Error(`The sample server does not answer through the gateway: ${response.status} ${text}`)
    const json = response.headers.get('content-type')?.startsWith('text/event-stream')
      ? text
          .split('\n')
          .filter((line) => line.startsWith('data: {'))
          .at(-1)
          ?.slice(6)
      : text
    return { session: response.headers.get('mcp-session-id'), body: json ? JSON.parse(json) : undefined }
  }
  const clientInfo = { name: 'gatehouse-start', version: '0.1.0' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const { session } = await post({ id: 1, method: 'initialize', params })
  await post({ method: 'notifications/initialized' }, session)
  const { body } = await post({ id: 2, method: 'tools/list' }, session)
  return body.result.tools.length
}
