// The fixture's resources: text, binary, watched, and a template.

import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/server'
import { png } from './samples.ts'

const cacheHint = { ttlMs: 60_000, cacheScope: 'public' } as const

export function addResources(server: McpServer): void {
  const texts = {
    'static-text': 'This is the content of the static text resource.',
    'watched-resource': 'This is the content of the watched resource.',
  }
  for (const [name, text] of Object.entries(texts)) {
    const about = { title: name, description: `The resource ${name}`, mimeType: 'text/plain', cacheHint }
    server.registerResource(name, `test://${name}`, about, ({ href }) => ({
      contents: [{ uri: href, mimeType: 'text/plain', text }],
    }))
  }
  server.registerResource(
    'static-binary',
    'test://static-binary',
    { title: 'An image', description: 'An image of one pixel', mimeType: 'image/png', cacheHint },
    ({ href }) => ({ contents: [{ uri: href, mimeType: 'image/png', blob: png }] }),
  )
  const ids = ['123', '124', '200']
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', {
      list: undefined,
      complete: { id: (start) => ids.filter((id) => id.startsWith(start)) },
    }),
    { title: 'Data by id', description: 'JSON made from the id', mimeType: 'application/json', cacheHint },
    ({ href }, { id }) => ({
      contents: [
        {
          uri: href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  )
}
