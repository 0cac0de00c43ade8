// Every page: fonts from the package, the theme before anything is painted, the nonce that server/security-headers.ts made.

import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '#ui/global.css'
import { ColorSchemeScript, mantineHtmlProps } from '@mantine/core'
import { GeistMono } from 'geist/font/mono'
import { GeistSans } from 'geist/font/sans'
import type { Metadata } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { Providers } from '#ui/providers.tsx'

export const metadata: Metadata = {
  title: { default: 'Gatehouse', template: '%s · Gatehouse' },
  description: 'Servers, keys and calls of your MCP gateway.',
  robots: { index: false, follow: false },
}

export default async function Layout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? ''
  return (
    <html lang="en" {...mantineHtmlProps} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <head>
        <ColorSchemeScript defaultColorScheme="auto" nonce={nonce} suppressHydrationWarning />
      </head>
      <body>
        <Providers nonce={nonce}>{children}</Providers>
      </body>
    </html>
  )
}
