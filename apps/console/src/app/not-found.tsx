// An address that leads nowhere.

import type { Metadata } from 'next'
import { NothingHere } from '#ui/late-pages.tsx'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return <NothingHere />
}
