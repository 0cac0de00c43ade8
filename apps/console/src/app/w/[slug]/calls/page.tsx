// Calls.

import type { Metadata } from 'next'
import { CallList } from '#features/calls/call-list.tsx'

export const metadata: Metadata = { title: 'Calls' }

export default function Page() {
  return <CallList />
}
