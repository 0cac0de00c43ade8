'use client'
// Ask as a client would: choose an address and what is offered there, give it arguments, send it through the gateway, see everything
// that comes back.

import type { Server } from '@gatehouse/registry-api'
import { Button, Paper, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { useTokens } from '#lib/gateway-token.ts'
import { installationRead, serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { Loading, QueryView } from '#ui/query-view.tsx'
import { type Address, AddressProvider } from './address.ts'
import { ChooseCaller, ChooseServer } from './choose.tsx'
import { allServers, useChoice } from './use-choice.ts'

/** Comes when an address is chosen, with all that makes forms and shows answers. */
const OffersOf = dynamic(() => import('./offers-of.tsx').then((module) => module.OffersOf), {
  loading: () => <Loading failed="What is offered could not be shown" />,
})

export function Playground() {
  const { id, to, may } = useWorkspace()
  const { choice } = useChoice()
  const servers = useQuery(serversRead(id))
  const mayCall = may('mcp-servers:invoke')
  return (
    <>
      <PageHeader
        title="Playground"
        about="Call tools, get prompts and read resources through the gateway, as a client would."
      />
      {!mayCall && choice.call === '' ? (
        <Empty sentence="Your role does not call tools. Ask an owner of the workspace for one that does." />
      ) : (
        <QueryView
          query={servers}
          failed="Servers could not be loaded"
          empty={{
            when: (all) => all.length === 0,
            show: (
              <Empty sentence="No server is registered yet. Register one to call its tools.">
                {may('mcp-servers:create') && (
                  <Button component={Link} href={to('/servers/register')}>
                    Register server
                  </Button>
                )}
              </Empty>
            ),
          }}
        >
          {(all) => <Chosen servers={all} />}
        </QueryView>
      )}
    </>
  )
}

function Chosen({ servers }: { servers: readonly Server[] }) {
  const { may } = useWorkspace()
  const { choice } = useChoice()
  const address = useChosenAddress(servers)
  const known = choice.server === allServers || address !== undefined
  return (
    <Stack>
      <Paper withBorder p="md">
        <div className="gh-filters">
          <ChooseServer servers={servers} value={address?.server?.slug ?? (known ? allServers : '')} />
          {may('mcp-servers:invoke') && <ChooseCaller />}
        </div>
      </Paper>
      {address && (
        <AddressProvider value={address}>
          <OffersOf key={address.path} />
        </AddressProvider>
      )}
      {!known && (
        <Empty
          sentence={
            choice.server === ''
              ? 'Choose the server whose tools you want to call.'
              : 'The server in the address is not in this workspace. Choose another.'
          }
        />
      )}
    </Stack>
  )
}

function useChosenAddress(servers: readonly Server[]): Address | undefined {
  const { id } = useWorkspace()
  const { choice } = useChoice()
  const all = choice.server === allServers
  const installation = useQuery({ ...installationRead(id), enabled: all })
  const caller = { as: choice.as, tokens: useTokens(choice.as) }
  if (all) {
    const url = installation.data && `${installation.data.gateway_url}/mcp/`
    return url === undefined ? undefined : { path: '', url, server: undefined, ...caller }
  }
  const server = servers.find(({ slug, id }) => slug === choice.server || id === choice.server)
  return server && { path: server.slug, url: server.gateway_url, server, ...caller }
}
