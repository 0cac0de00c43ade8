// The workspace as a file.

import type { Metadata } from 'next'
import { WorkspaceFile } from '#features/workspace-file/workspace-file.tsx'

export const metadata: Metadata = { title: 'Export and import' }

export default function Page() {
  return <WorkspaceFile />
}
