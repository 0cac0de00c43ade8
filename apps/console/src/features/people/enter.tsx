'use client'
// The bare address: leads to the workspace that was used last.

import { Title, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { meRead } from '#lib/reads.ts'
import { homeOf } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Loading } from '#ui/query-view.tsx'

export function Enter() {
  const me = useQuery(meRead())
  const router = useRouter()
  useEffect(() => {
    if (me.data) router.replace(homeOf(me.data))
  }, [me.data, router])
  const failed = me.isError && toApiError(me.error).status !== 401
  return (
    <>
      <VisuallyHidden>
        <Title order={1}>Gatehouse</Title>
      </VisuallyHidden>
      {failed ? (
        <ErrorCard
          title="Your account could not be loaded"
          error={me.error}
          retry={() => void me.refetch()}
          heals
        />
      ) : (
        <Loading rows={3} failed="Your account could not be loaded" retry={() => void me.refetch()} />
      )}
    </>
  )
}
