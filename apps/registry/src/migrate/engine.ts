// Prisma's own schema engine as WebAssembly: it needs no download, unlike the one of Prisma's command line.

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg'
import type pg from 'pg'

const loading = Symbol.for('gatehouse.schema-engine')

// The platform's own; its types come with the browser's library only.
const { WebAssembly } = globalThis as unknown as {
  WebAssembly: {
    instantiate(
      code: Uint8Array,
      imports: object,
    ): Promise<{ instance: { exports: Record<string, () => void> } }>
  }
}

// The glue keeps views of the memory of the one instance it was given; a second instance would corrupt both. So it is
// loaded once per process, also where this module is (by vitest) evaluated more than once.
const once = globalThis as { [loading]?: Promise<void> } // a member that nobody else declares

/** The engine over connections of `pool`. @param runScript runs a whole script in one transaction */
export async function schemaEngine(
  pool: pg.Pool,
  runScript: (script: string) => Promise<void>,
): Promise<glue.SchemaEngine> {
  once[loading] ??= load()
  await once[loading]
  const adapter = bindMigrationAwareSqlAdapterFactory(new WholeScripts(pool, runScript))
  return glue.SchemaEngine.new({ datamodels: undefined }, () => undefined, adapter)
}

async function load(): Promise<void> {
  // Where the engine leaves the message of a panic.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(`schema engine: ${text}`) },
  })
  const folder = dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
  const { instance } = await WebAssembly.instantiate(await readFile(join(folder, 'schema_engine_bg.wasm')), {
    './schema_engine_bg.js': glue,
  })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start?.()
}

/** The adapter splits scripts at every semicolon, also inside functions; this one hands them over whole. */
class WholeScripts extends PrismaPg {
  readonly #runScript: (script: string) => Promise<void>

  constructor(pool: pg.Pool, runScript: (script: string) => Promise<void>) {
    super(pool)
    this.#runScript = runScript
  }

  override async connect(): ReturnType<PrismaPg['connect']> {
    const connection = await super.connect()
    connection.executeScript = this.#runScript
    return connection
  }
}
