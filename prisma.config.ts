// Prisma's command line is used for `generate` only; migrations are applied by the registry itself (apps/registry/src/migrate).
import { defineConfig } from 'prisma/config'

// Any existing executable stops the command line from downloading its schema engine, which `generate` never runs.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
})
