// The audit trail.

import { auditEvent, auditFilter, auditQuery, auditVerdict } from '../audit.ts'
import { page } from '../calls.ts'
import type { Operation } from './operation.ts'

export const auditOperations: readonly Operation[] = [
  {
    id: 'listAuditEvents',
    method: 'get',
    path: '/v1/audit',
    tag: 'Audit',
    summary: 'List audit events',
    description: 'Newest first; filters hold all at once.',
    permission: 'audit:read',
    query: auditQuery,
    answers: { 200: { description: 'A page of events', schema: page(auditEvent) } },
    codes: [],
  },
  {
    id: 'verifyAudit',
    method: 'get',
    path: '/v1/audit/verify',
    tag: 'Audit',
    summary: 'Follow the whole chain of audit events',
    description: 'Tells the first event that is missing, changed, out of place or was added from outside.',
    permission: 'audit:read',
    answers: { 200: { description: 'Whether it is whole', schema: auditVerdict } },
    codes: [],
  },
  {
    id: 'exportAudit',
    method: 'get',
    path: '/v1/audit/export',
    tag: 'Audit',
    summary: 'Export audit events',
    description: 'Oldest first, one a line, with their hashes; filters hold all at once.',
    permission: 'audit:read',
    query: auditFilter,
    answers: { 200: { description: 'Events as NDJSON', lines: auditEvent } },
    codes: [],
  },
]
