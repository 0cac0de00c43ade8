// Tools that answer at once, one for each kind of content and schema.

import { type CallToolResult, fromJsonSchema, type McpServer } from '@modelcontextprotocol/server'
import { png, wav } from './samples.ts'

type Content = CallToolResult['content']

const contents: Readonly<Record<string, readonly [description: string, content: Content]>> = {
  test_simple_text: [
    'Answers with text',
    [{ type: 'text', text: 'This is a simple text response for testing.' }],
  ],
  test_image_content: ['Answers with an image', [{ type: 'image', data: png, mimeType: 'image/png' }]],
  test_audio_content: ['Answers with a sound', [{ type: 'audio', data: wav, mimeType: 'audio/wav' }]],
  test_embedded_resource: [
    'Answers with an embedded resource',
    [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
  ],
  test_multiple_content_types: [
    'Answers with text, an image and a resource',
    [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: png, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: '{"test":"data","value":123}',
        },
      },
    ],
  ],
  test_streaming_elicitation: ['Answers, and asks nothing', [{ type: 'text', text: 'nothing was asked' }]],
}

export function addContentTools(server: McpServer): void {
  for (const [name, [description, content]] of Object.entries(contents)) {
    server.registerTool(name, { description }, () => ({ content }))
  }
  server.registerTool('test_error_handling', { description: 'Always fails' }, () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
  server.registerTool(
    'test_x_mcp_header',
    { description: 'Wants one of its arguments as a header too', inputSchema: headerSchema },
    ({ region }) => ({ content: [{ type: 'text', text: `region: ${region ?? 'none'}` }] }),
  )
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Has a schema with words of JSON Schema 2020-12', inputSchema: richSchema },
    (args) => ({ content: [{ type: 'text', text: JSON.stringify(args) }] }),
  )
}

// JSON as it should arrive, which no zod schema would give
const headerSchema = fromJsonSchema<{ region?: string; count?: number }>({
  type: 'object',
  properties: {
    region: { type: 'string', ...{ 'x-mcp-header': 'Region' } }, // a word that the SDK's type doesn't know
    count: { type: 'integer' },
  },
})

const richSchema = fromJsonSchema<Record<string, unknown>>({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'address',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    reach: { enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { reach: { const: 'phone' } }, required: ['reach'] },
  // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
})
