// The audit trail.

import type { Metadata } from 'next'
import { AuditList } from '#features/audit/audit-list.tsx'

export const metadata: Metadata = { title: 'Audit' }

export default function Page() {
  return <AuditList />
}
