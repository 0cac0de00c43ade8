// Sign in.

import type { Metadata } from 'next'
import { Suspense } from 'react'
import { SignIn } from '#features/people/sign-in.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export const metadata: Metadata = { title: 'Sign in' }

export default function Page() {
  return (
    <PlainPage>
      <Suspense>
        <SignIn />
      </Suspense>
    </PlainPage>
  )
}
