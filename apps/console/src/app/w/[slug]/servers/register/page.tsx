// Registering a server.

import type { Metadata } from 'next'
import { Register } from '#features/servers/register.tsx'

export const metadata: Metadata = { title: 'Register server' }

export default function Page() {
  return <Register />
}
