// The headers that are stored: their names and dots.

import type { Server } from '@gatehouse/registry-api'
import { List, VisuallyHidden } from '@mantine/core'

export function StoredHeaders({ server }: { server: Server }) {
  if (!server.headers?.length) return null
  return (
    <List size="sm" listStyleType="none">
      {server.headers.map(({ key }) => (
        <List.Item key={key}>
          <code className="gh-break">{key}</code>: <span aria-hidden="true">••••••••</span>
          <VisuallyHidden>stored</VisuallyHidden>
        </List.Item>
      ))}
    </List>
  )
}
