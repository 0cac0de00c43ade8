'use client'
// What every page stands in: the components' theme with its nonce, the cache of answers, the state in the URL.

import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { setNonce } from 'get-nonce'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { type ReactNode, useState } from 'react'
import { ApiError, healsAfter } from '#lib/api-error.ts'
import { cssVariables, theme } from './theme.ts'

export function Providers({ nonce, children }: { nonce: string; children: ReactNode }) {
  const [client] = useState(makeClient)
  // The styles that stop a page from scrolling behind a dialog.
  if (typeof window !== 'undefined') setNonce(nonce)
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <NuqsAdapter>{children}</NuqsAdapter>
      </QueryClientProvider>
      <Notifications position="bottom-right" role="region" />
    </MantineProvider>
  )
}

function makeClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: signInAgain }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        refetchOnWindowFocus: true,
        // What answered with a reason answers the same again; only a lost line is tried again at once.
        retry: (failures, error) => error instanceof ApiError && error.code === 'network' && failures < 2,
        retryDelay: 500,
        refetchInterval: ({ state }) => (state.status === 'error' ? healsAfter(state.error) : false),
      },
    },
  })
}

/** A session that ended leads back to where the person was. */
function signInAgain(error: Error): void {
  if (!(error instanceof ApiError) || error.status !== 401) return
  const { pathname, search } = window.location
  if (['/sign-in', '/claim', '/invitation'].includes(pathname)) return
  const next = pathname === '/' ? '' : `?next=${encodeURIComponent(pathname + search)}`
  window.location.replace(`/sign-in${next}`)
}
