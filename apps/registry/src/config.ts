// The registry's settings. The table in the README is made from `settings`; start.ts reads them once.

import {
  ConfigError,
  type Environment,
  gatehouseNames,
  isLoopback,
  kind,
  loadConfig,
  Secret,
  type Settings,
} from '@gatehouse/config'
import { parseAllow } from '@gatehouse/egress'
import { z } from 'zod'
import { masterKeySource, masterKeys } from './keys/key-file.ts'

export const settings = {
  PORT: { schema: kind.port(7401), about: 'Port of the public listener', fallback: '7401' },
  INTERNAL_PORT: {
    schema: kind.port(7403),
    about: 'Port of the listener for gateways; never publish it',
    fallback: '7403',
  },
  PUBLIC_URL: {
    schema: kind.optional(kind.baseUrl()),
    about: 'Where clients reach this app; https unless bound to loopback',
    fallback: 'http://localhost:<PORT>, on loopback only',
  },
  GATEWAY_URL: { schema: kind.baseUrl(), about: 'Where this app reaches the gateway' },
  GATEWAY_PUBLIC_URL: { schema: kind.baseUrl(), about: 'Where clients reach the gateway' },
  CONSOLE_PUBLIC_URL: { schema: kind.baseUrl(), about: 'Where people reach the console' },
  GATEHOUSE_CLIENT_METADATA_URL: {
    schema: kind.optional(kind.baseUrl()),
    about: 'Where authorization servers of MCP servers read who we are; used where it is https',
    fallback: '<CONSOLE_PUBLIC_URL>/oauth/client-metadata.json',
  },
  DATABASE_URL: {
    schema: kind.optional(
      z
        .string()
        .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// URL')
        .transform((url) => new Secret(url)),
    ),
    about: 'PostgreSQL to keep the data in; unset: an embedded database in the data folder, for one machine',
    fallback: 'embedded',
    secret: true,
  },
  MASTER_KEY: {
    schema: masterKeys(),
    about:
      'Key encryption key: 32 random bytes as base64, made with: openssl rand -base64 32. While it is rotated several, separated by commas or line ends; the first one wraps (docs/keys.md)',
    secret: true,
  },
  GATEWAY_TOKENS: {
    schema: tokens(),
    about:
      'Tokens that gateways show on the internal listener, separated by commas; each at least 32 characters',
    secret: true,
  },
  GATEHOUSE_HOST: { schema: kind.host('127.0.0.1'), about: 'Address to bind to', fallback: '127.0.0.1' },
  GATEHOUSE_DATA_DIR: {
    schema: z.string().optional(),
    about: 'Folder of the embedded database',
    fallback: '.gatehouse',
  },
  GATEHOUSE_CALL_RECORD_DAYS: {
    schema: kind.whole(1, 365, 30),
    about: 'How long call records are kept, in days (1 to 365)',
    fallback: '30',
  },
  GATEHOUSE_HEALTH_INTERVAL_MS: {
    schema: kind.whole(0, 3_600_000, 60_000),
    about: 'How often a server that nobody calls is looked at, in ms; 0: never by itself',
    fallback: '60000',
  },
  GATEHOUSE_LOCAL_START: {
    schema: kind.flag(),
    about: 'Set by npm start: make a local key and a console link on every start',
  },
  GATEHOUSE_EGRESS_ALLOW: {
    schema: kind.checked(kind.list(), parseAllow),
    about: 'Networks and host names beyond the public internet that servers may have, separated by commas',
  },
  GATEHOUSE_EGRESS_PROXY: {
    schema: kind.optional(kind.proxyUrl()),
    about:
      'HTTP proxy for requests to servers, with a login where it wants one; it then owns the address policy',
    secret: true,
  },
  GATEHOUSE_EGRESS_CA_FILE: {
    schema: z.string().optional(),
    about: 'PEM file with certificate authorities to trust besides the usual ones',
  },
  GATEHOUSE_ALLOWED_HOSTS: {
    schema: kind.list(),
    about: 'More values that the Host header may have, separated by commas',
  },
  GATEHOUSE_ALLOWED_ORIGINS: {
    schema: kind.list(),
    about: 'More origins that browsers may call from, separated by commas',
  },
  GATEHOUSE_TRUSTED_PROXIES: {
    schema: kind.networks(),
    about: 'Addresses or networks of proxies whose X-Forwarded-* headers count, separated by commas',
  },
  GATEHOUSE_DATABASE_TIMEOUT_MS: {
    schema: kind.whole(500, 60_000, 1_700),
    about: 'A PostgreSQL that says nothing for so long is answered as being away, in ms',
    fallback: '1700',
  },
  GATEHOUSE_TOKEN_TIMEOUT_MS: {
    schema: kind.whole(500, 60_000, 15_000),
    about:
      "Longest wait for an authorization server's token endpoint, in ms; the other replicas wait 10 s longer",
    fallback: '15000',
  },
  GATEHOUSE_MCP_REGISTRY_URL: {
    schema: kind.optional(kind.baseUrl()),
    about: 'An MCP registry that who registers a server can search, for instance the official one',
  },
  GATEHOUSE_DISCOVERY_TIMEOUT_MS: {
    schema: kind.whole(500, 120_000, 20_000),
    about: "Longest wait for all that tells of a server's authorization server, in ms",
    fallback: '20000',
  },
  GATEHOUSE_REVOCATION_WAIT_MS: {
    schema: kind.whole(1_000, 600_000, 20_000),
    about:
      'How long a deletion waits for a gateway that does not answer before it says revocation_pending, in ms',
    fallback: '20000',
  },
  GATEHOUSE_LEASE_MS: {
    schema: kind.whole(2_000, 3_600_000, 60_000),
    about:
      'How long gateways go on without the registry, and a deletion waits for one that does not answer, in ms',
    fallback: '60000',
  },
  GATEHOUSE_SETTLE_MS: {
    schema: kind.whole(0, 600_000, 5_000),
    about: 'On stop: not ready but still accepting, in ms',
    fallback: '5000',
  },
  GATEHOUSE_DRAIN_MS: {
    schema: kind.whole(0, 600_000, 20_000),
    about: 'On stop: longest wait for requests in flight, in ms',
    fallback: '20000',
  },
  GATEHOUSE_LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    about: 'Least level of lines in the log',
    fallback: 'info',
  },
  TLS_CERT_FILE: {
    schema: z.string().optional(),
    about: 'PEM certificate chain: serve https on both listeners',
  },
  TLS_KEY_FILE: { schema: z.string().optional(), about: 'PEM key of that certificate' },
  GATEHOUSE_INTERNAL_INSECURE: {
    schema: kind.flag(),
    about: '1: serve the internal listener over plain http off loopback',
  },
} as const satisfies Settings

/** The values, with the public URL settled and the database chosen. */
export type Config = Readonly<ReturnType<typeof loadRegistryConfig>>

/** @throws ConfigError with every mistake */
export function loadRegistryConfig(env: Environment) {
  const mistakes = betweenSettings(env)
  try {
    const values = loadConfig('The registry', settings, env, gatehouseNames)
    if (mistakes.length > 0) throw new ConfigError('The registry', [])
    return {
      ...values,
      readMasterKeys: masterKeySource(env, values.MASTER_KEY),
      PUBLIC_URL: values.PUBLIC_URL ?? `http://localhost:${values.PORT}`,
      GATEHOUSE_DATA_DIR: values.GATEHOUSE_DATA_DIR ?? '.gatehouse',
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError('The registry', [...error.mistakes, ...mistakes])
  }
}

/** What no setting can tell alone. */
function betweenSettings(env: Environment): string[] {
  const mistakes: string[] = []
  const tls = Boolean(env.TLS_CERT_FILE)
  if (tls !== Boolean(env.TLS_KEY_FILE)) mistakes.push('TLS_CERT_FILE, TLS_KEY_FILE: set both or neither')
  const pages = env.CONSOLE_PUBLIC_URL
  if (
    pages &&
    URL.canParse(pages) &&
    new URL(pages).protocol === 'http:' &&
    !isLoopback(new URL(pages).hostname)
  )
    mistakes.push(
      "CONSOLE_PUBLIC_URL: must be https off loopback, or people's session cookies would travel in the clear",
    )
  if (isLoopback(env.GATEHOUSE_HOST || '127.0.0.1')) return mistakes
  if (env.GATEHOUSE_LOCAL_START === '1')
    mistakes.push('GATEHOUSE_LOCAL_START: is for npm start, which binds to loopback; remove it')
  if (!env.PUBLIC_URL) mistakes.push('PUBLIC_URL: is required where GATEHOUSE_HOST is not a loopback address')
  else if (!env.PUBLIC_URL.startsWith('https://'))
    mistakes.push('PUBLIC_URL: must be https where GATEHOUSE_HOST is not a loopback address')
  if (!tls && env.GATEHOUSE_INTERNAL_INSECURE !== '1')
    mistakes.push(
      'GATEHOUSE_INTERNAL_INSECURE: gateways would send secrets over plain http; set TLS_CERT_FILE and TLS_KEY_FILE, or 1 where the network is private',
    )
  return mistakes
}

function tokens() {
  return z
    .string({ error: 'is required' })
    .transform((text) =>
      text
        .split(',')
        .map((token) => token.trim())
        .filter(Boolean),
    )
    .pipe(z.array(kind.secret()).min(1, 'needs at least one token'))
}
