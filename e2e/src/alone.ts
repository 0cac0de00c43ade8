// The environments with which each app starts alone, as a platform engineer would write them.

import { randomBytes } from 'node:crypto'
import { freePort } from '@gatehouse/testkit'

/** @param where a folder for the embedded database, or the URL of a PostgreSQL database */
export async function alone(where: { embedded: string } | { postgresql: string }) {
  const [gateway, registry, internal, pages] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const url = (port: number) => `http://localhost:${port}`
  const token = randomBytes(32).toString('base64url')
  const allow = { GATEHOUSE_EGRESS_ALLOW: '127.0.0.0/8,::1/128,localhost' }
  return {
    gatewayUrl: url(gateway),
    registryUrl: url(registry),
    consoleUrl: url(pages),
    registryEnv: {
      ...allow,
      PORT: String(registry),
      INTERNAL_PORT: String(internal),
      PUBLIC_URL: url(registry),
      GATEWAY_URL: url(gateway),
      GATEWAY_PUBLIC_URL: url(gateway),
      CONSOLE_PUBLIC_URL: url(pages),
      MASTER_KEY: randomBytes(32).toString('base64'),
      GATEWAY_TOKENS: token,
      GATEHOUSE_SETTLE_MS: '0',
      // Tests count what servers hear.
      GATEHOUSE_HEALTH_INTERVAL_MS: '0',
      // The machine has others to run.
      GATEHOUSE_DATABASE_TIMEOUT_MS: '20000',
      ...('embedded' in where
        ? { GATEHOUSE_DATA_DIR: where.embedded, GATEHOUSE_LOCAL_START: '1' }
        : { DATABASE_URL: where.postgresql }),
    },
    gatewayEnv: {
      ...allow,
      PORT: String(gateway),
      PUBLIC_URL: url(gateway),
      REGISTRY_URL: `http://127.0.0.1:${internal}`,
      GATEWAY_TOKEN: token,
      CONSOLE_PUBLIC_URL: url(pages),
      GATEHOUSE_SETTLE_MS: '0',
    },
    consoleEnv: {
      PORT: String(pages),
      PUBLIC_URL: url(pages),
      REGISTRY_URL: url(registry),
      GATEWAY_URL: url(gateway),
    },
  }
}
