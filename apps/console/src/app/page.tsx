// The bare address leads on.

import { Enter } from '#features/people/enter.tsx'
import { PlainPage } from '#ui/plain-page.tsx'

export default function Page() {
  return (
    <PlainPage>
      <Enter />
    </PlainPage>
  )
}
