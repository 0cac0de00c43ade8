// Settings of the workspace, and facts about the installation.

import type { Metadata } from 'next'
import { SettingsScreen } from '#features/settings/settings-screen.tsx'

export const metadata: Metadata = { title: 'Settings' }

export default function Page() {
  return <SettingsScreen />
}
