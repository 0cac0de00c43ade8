'use client'
// What stands around every screen of a workspace: skip link, header, navigation. Knows who looks before anything is shown.

import type { Permission } from '@gatehouse/registry-api'
import { AppShell, Burger, Button, Group, Kbd, NavLink, Stack, Text, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import { type ReactNode, useEffect } from 'react'
import { toApiError } from '#lib/api-error.ts'
import { meInRead } from '#lib/reads.ts'
import { rememberWorkspace, toWorkspace, WorkspaceProvider } from '#lib/workspace.tsx'
import { ErrorCard } from './error-card.tsx'
import { Icon, type IconName } from './icons.tsx'
import { PageHeader } from './page-header.tsx'
import { Loading } from './query-view.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

interface Screen {
  path: string
  label: string
  icon: IconName
  /** Not there for who lacks it. */
  needs?: Permission
}

const screens: readonly Screen[] = [
  { path: '', label: 'Home', icon: 'home' },
  { path: '/servers', label: 'Servers', icon: 'server' },
  { path: '/connections', label: 'Connections', icon: 'link' },
  { path: '/keys', label: 'API keys', icon: 'key' },
  { path: '/connect-client', label: 'Connect a client', icon: 'plug' },
  { path: '/playground', label: 'Playground', icon: 'play', needs: 'mcp-servers:invoke' },
  { path: '/calls', label: 'Calls', icon: 'list' },
  { path: '/usage', label: 'Usage', icon: 'chart' },
  { path: '/people', label: 'People', icon: 'people', needs: 'members:manage' },
  { path: '/audit', label: 'Audit', icon: 'audit', needs: 'audit:read' },
  { path: '/settings', label: 'Settings', icon: 'settings' },
]

interface Props {
  slug: string
  /** Shown at the right of the header once somebody is known. */
  account: ReactNode
  palette: ReactNode
  children: ReactNode
}

export function WorkspaceFrame({ slug, account, palette, children }: Props) {
  const me = useQuery(meInRead(slug))
  const [opened, { toggle, close }] = useDisclosure()
  const path = usePathname()
  useEffect(() => {
    if (me.data) rememberWorkspace(slug)
  }, [me.data, slug])
  return (
    <WorkspaceProvider value={me.data ? toWorkspace(me.data) : null}>
      <a className="gh-skip" href="#main">
        Skip to the content
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 220, breakpoint: 'sm', collapsed: { mobile: !opened } }}
        padding={{ base: 'md', sm: 'xl' }}
      >
        <AppShell.Header>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Group gap="xs" wrap="nowrap" miw={0}>
              <Burger
                opened={opened}
                onClick={toggle}
                hiddenFrom="sm"
                size="sm"
                aria-label={opened ? 'Close navigation' : 'Open navigation'}
                aria-expanded={opened}
              />
              <UnstyledButton component={Link} href={`/w/${slug}`} fw={700}>
                Gatehouse
              </UnstyledButton>
              {me.data && (
                <Text c="dimmed" truncate className="gh-wide-only">
                  {me.data.workspace.name}
                </Text>
              )}
            </Group>
            <Group gap={4} wrap="nowrap">
              {me.data && palette}
              <ThemeSwitch />
              {me.data && account}
            </Group>
          </Group>
        </AppShell.Header>
        <AppShell.Navbar p="sm" aria-label="Main">
          {screens
            .filter(({ needs }) => !needs || me.data?.permissions.includes(needs))
            .map(({ path: under, label, icon }) => {
              const href = `/w/${slug}${under}`
              const active = under === '' ? path === href : path === href || path.startsWith(`${href}/`)
              return (
                <NavLink
                  key={under}
                  component={Link}
                  href={href}
                  label={label}
                  active={active}
                  {...(active && { 'aria-current': 'page' as const })}
                  leftSection={<Icon name={icon} />}
                  onClick={close}
                />
              )
            })}
          <Stack mt="auto" gap={4} visibleFrom="sm" p="xs">
            <Text size="xs" c="dimmed">
              <Kbd size="xs">/</Kbd> search · <Kbd size="xs">Ctrl K</Kbd> go to
            </Text>
            <Text size="xs" c="dimmed">
              <Kbd size="xs">?</Kbd> all shortcuts
            </Text>
          </Stack>
        </AppShell.Navbar>
        <AppShell.Main id="main" tabIndex={-1}>
          {me.isError && !me.data && <Refused error={me.error} retry={() => void me.refetch()} />}
          {me.data && children}
          {me.isPending && <Loading failed="Your account could not be loaded" />}
        </AppShell.Main>
      </AppShell>
    </WorkspaceProvider>
  )
}

/** Another workspace's address, or a registry that doesn't answer; who has no session is on the way to signing in. */
function Refused({ error, retry }: { error: Error; retry: () => void }) {
  const { status, code } = toApiError(error)
  if (status === 401) return null
  // 403: a member of nothing any more.
  const unknown = code === 'workspace_not_found' || status === 403
  return (
    <>
      <PageHeader title={unknown ? 'No such workspace' : 'Gatehouse is not ready'} />
      <ErrorCard
        title="Your account could not be loaded"
        error={error}
        retry={unknown ? undefined : retry}
        heals={!unknown}
      >
        {unknown && (
          <Button component="a" href="/" size="compact-sm">
            Go to your workspace
          </Button>
        )}
      </ErrorCard>
    </>
  )
}
