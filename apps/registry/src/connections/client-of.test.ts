// How our client shows itself at a token endpoint, byte for byte.

import { Secret } from '@gatehouse/config'
import { createEgress } from '@gatehouse/egress'
import { scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { expect, test } from 'vitest'
import { toClient } from './client-of.ts'
import { requestToken } from './request-token.ts'

test('a secret in a Basic header is encoded as a form is, and no further', async () => {
  const endpoint = await startRecordingUpstream(scripts.json({ access_token: 'token', token_type: 'Bearer' }))
  const egress = createEgress({ allow: ['127.0.0.0/8'] })
  const client = await toClient(
    {
      ...{ issuer: endpoint.origin, metadata: { token_endpoint: endpoint.url } },
      ...{ clientId: 'a-client_1.x', authMethod: 'client_secret_basic' },
      resource: 'https://mcp.test/mcp',
    },
    new Secret('p-a_s.s*: +&é'),
  )
  try {
    const before = { access_token: '', token_type: 'bearer', grant: 'client_credentials' } as const
    const config = { GATEHOUSE_TOKEN_TIMEOUT_MS: 5_000 }
    await requestToken({ egress, config, now: () => new Date() }, client, before, ['read'])
    const [header = ''] = endpoint.requests[0]?.header('authorization') ?? []
    expect(Buffer.from(header.replace('Basic ', ''), 'base64').toString()).toBe(
      'a-client_1.x:p-a_s.s*%3A+%2B%26%C3%A9',
    )
  } finally {
    await endpoint.close()
  }
})
