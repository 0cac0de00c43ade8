// Capture mode of servers, and what it kept.

import { z } from 'zod'
import { capturedBodies, serverCapture, startCapture } from '../capture.ts'
import { uuid } from '../primitives.ts'
import { serverIdParam } from '../server-settings.ts'
import type { Operation } from './operation.ts'

export const captureOperations: readonly Operation[] = [
  {
    id: 'startCapture',
    method: 'post',
    path: '/v1/servers/{id}/capture',
    tag: 'MCP servers',
    summary: "Keep headers and bodies of a server's calls for a while",
    description:
      'From now on for the given time, a day at most; where it is on already, the new time holds. Values of headers are masked, the rest is sealed. Auditors read it.',
    permission: 'settings:manage',
    params: serverIdParam,
    body: startCapture,
    answers: { 200: { description: 'Until when', schema: serverCapture } },
    codes: ['mcp_server_not_found', 'revocation_pending'],
  },
  {
    id: 'stopCapture',
    method: 'delete',
    path: '/v1/servers/{id}/capture',
    tag: 'MCP servers',
    summary: "Keep headers and bodies of a server's calls no longer",
    description: 'When this has answered, nothing more is kept. What was kept before stays for its time.',
    permission: 'settings:manage',
    params: serverIdParam,
    answers: { 204: { description: 'It is off' } },
    codes: ['mcp_server_not_found', 'revocation_pending'],
  },
  {
    id: 'readCapturedCall',
    method: 'get',
    path: '/v1/calls/{id}/bodies',
    tag: 'Calls',
    summary: 'Read the headers and bodies that were kept of a call',
    description: 'For auditors who are signed in, never for keys. Every read is an audit event.',
    permission: 'calls:read-bodies',
    params: z.object({ id: uuid }),
    answers: { 200: { description: 'What the call said', schema: capturedBodies } },
    codes: ['call_not_found', 'captured_call_not_found', 'credential_unreadable'],
  },
]
