// Unit and integration tests of all packages and apps. The registry's run once per database.
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // A worker waits more than it works.
    maxWorkers: availableParallelism() + 1,
    // Nothing here keeps anything in a module: what is loaded is loaded once per worker.
    isolate: false,
    projects: [
      { extends: true, test: { name: 'packages', include: ['packages/*/src/**/*.test.ts'] } },
      { extends: true, test: { name: 'gateway', include: ['apps/gateway/src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'registry on the embedded database',
          include: ['apps/registry/src/**/*.test.ts'],
          globalSetup: ['apps/registry/src/testing/templates.ts'],
          env: { GATEHOUSE_TEST_DATABASE: 'embedded' },
        },
      },
      {
        extends: true,
        test: {
          name: 'registry on PostgreSQL',
          include: ['apps/registry/src/**/*.test.ts'],
          globalSetup: ['apps/registry/src/testing/templates.ts'],
          env: { GATEHOUSE_TEST_DATABASE: 'postgresql' },
        },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['e2e/system/**/*.test.ts'], isolate: true },
      },
      {
        extends: true,
        // Most of it is waiting; more than two clusters at a time would starve each other.
        test: {
          name: 'faults',
          include: ['e2e/faults/**/*.test.ts'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          isolate: true,
        },
      },
      {
        extends: true,
        test: { name: 'long', include: ['e2e/long/**/*.test.ts'], fileParallelism: false, isolate: true },
      },
      { extends: true, test: { name: 'console', include: ['apps/console/src/**/*.test.ts'] } },
    ],
  },
})
