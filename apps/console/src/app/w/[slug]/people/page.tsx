// Members and invitations.

import type { Metadata } from 'next'
import { MemberList } from '#features/members/member-list.tsx'

export const metadata: Metadata = { title: 'People' }

export default function Page() {
  return <MemberList />
}
