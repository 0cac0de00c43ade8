// Browser journeys against the whole started product, in a system Chromium.
import { defineConfig } from '@playwright/test'

export default defineConfig({
  testDir: './journeys',
  outputDir: '../test-results',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 2,
  retries: 0,
  forbidOnly: true,
  use: {
    actionTimeout: 10_000,
    launchOptions: {
      ...(process.env.CHROMIUM_PATH && { executablePath: process.env.CHROMIUM_PATH }),
      // Chromium's own sandbox doesn't run as root, as which containers often test.
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
    contextOptions: { reducedMotion: 'reduce' },
    // A third of the journeys' time; for one that fails: npm run e2e -- <name> --trace on
    trace: 'off',
    screenshot: 'only-on-failure',
  },
})
