// How the console is built. What every answer carries (policy, no-store) is set by src/server/security-headers.ts.

import { resolve } from 'node:path'

process.env.NEXT_TELEMETRY_DISABLED = '1'

/** @type {import('next').NextConfig} */
export default {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  // `npm run verify` checks the types of the whole repository.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  turbopack: { root: resolve(import.meta.dirname, '../..') },
  experimental: { optimizePackageImports: ['@mantine/core', '@mantine/hooks'] },
}
