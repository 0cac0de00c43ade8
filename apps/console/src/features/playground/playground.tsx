'use client'
// Call a tool as a client would: choose it, give it arguments, run it through the gateway, see everything that comes back.

import { Button, Paper, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import dynamic from 'next/dynamic'
import Link from 'next/link'
import { serversRead } from '#lib/reads.ts'
import { useWorkspace } from '#lib/workspace.tsx'
import { Empty } from '#ui/empty.tsx'
import { PageHeader } from '#ui/page-header.tsx'
import { Loading, QueryView } from '#ui/query-view.tsx'
import { ChooseCaller, ChooseServer } from './choose.tsx'
import { useChoice } from './use-choice.ts'

/** Comes when a server is chosen, with all that makes forms and shows answers. */
const ToolsOf = dynamic(() => import('./tools-of.tsx').then((module) => module.ToolsOf), {
  loading: () => <Loading failed="The tools could not be shown" />,
})

export function Playground() {
  const { id, to, may } = useWorkspace()
  const servers = useQuery(serversRead(id))
  const { choice } = useChoice()
  return (
    <>
      <PageHeader title="Playground" about="Call a tool through the gateway, as a client would." />
      {!may('mcp-servers:invoke') ? (
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
          {(all) => {
            const server = all.find(({ slug, id }) => slug === choice.server || id === choice.server)
            return (
              <Stack>
                <Paper withBorder p="md">
                  <div className="gh-filters">
                    <ChooseServer servers={all} server={server} />
                    <ChooseCaller />
                  </div>
                </Paper>
                {server ? (
                  <ToolsOf key={server.id} server={server} />
                ) : (
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
          }}
        </QueryView>
      )}
    </>
  )
}
