'use client'
// An address without a workspace: leads to the one that was used last.

import { Title, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { meRead } from '#lib/reads.ts'
import { homeOf } from '#lib/workspace.tsx'
import { ErrorCard } from '#ui/error-card.tsx'
import { Loading } from '#ui/query-view.tsx'
import { NoWorkspace } from './no-workspace.tsx'

/** @param path of a screen below the workspace; its home unless told */
export function Enter({ path = '' }: { path?: string }) {
  const me = useQuery(meRead())
  const router = useRouter()
  useEffect(() => {
    if (me.data) router.replace(homeOf(me.data) + path + window.location.search)
  }, [me.data, router, path])
  const { status } = toApiError(me.error)
  if (me.isError && status === 403) return <NoWorkspace />
  const failed = me.isError && status !== 401
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
