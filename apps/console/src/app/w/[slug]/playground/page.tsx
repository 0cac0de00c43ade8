// The playground.

import type { Metadata } from 'next'
import { Playground } from '#features/playground/playground.tsx'

export const metadata: Metadata = { title: 'Playground' }

export default function Page() {
  return <Playground />
}
