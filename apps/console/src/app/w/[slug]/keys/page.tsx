// API keys.

import type { Metadata } from 'next'
import { KeyList } from '#features/api-keys/key-list.tsx'

export const metadata: Metadata = { title: 'API keys' }

export default function Page() {
  return <KeyList />
}
