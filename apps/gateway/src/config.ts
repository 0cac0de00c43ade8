// The gateway's settings. The table in the README is made from `settings`; start.ts reads them once.

import { ConfigError, type Environment, isLoopback, kind, loadConfig, type Settings } from '@gatehouse/config'
import { parseAllow } from '@gatehouse/egress'
import { z } from 'zod'

const ms = (fallback: number, about: string) => ({
  schema: kind.whole(1, 3_600_000, fallback),
  about: `${about}, in ms`,
  fallback: String(fallback),
})

const most = (fallback: number, about: string) => ({
  schema: kind.whole(1, 100_000, fallback),
  about,
  fallback: String(fallback),
})

export const settings = {
  PORT: { schema: kind.port(7400), about: 'Port to listen on', fallback: '7400' },
  PUBLIC_URL: {
    schema: kind.optional(kind.baseUrl()),
    about: 'Where clients reach this app; https unless bound to loopback',
    fallback: 'http://localhost:<PORT>, on loopback only',
  },
  REGISTRY_URL: { schema: kind.baseUrl(), about: "The registry's internal listener" },
  GATEWAY_TOKEN: { schema: kind.secret(), about: "One of the registry's GATEWAY_TOKENS", secret: true },
  CONSOLE_PUBLIC_URL: { schema: kind.baseUrl(), about: 'Where people reach the console' },
  GATEHOUSE_PEER_URL: {
    schema: kind.optional(kind.baseUrl()),
    about: 'Where the other gateways reach this one, not through a load balancer',
    fallback: 'its own port while bound to loopback; else calls that only this gateway holds end with it',
  },
  GATEHOUSE_HOST: { schema: kind.host('127.0.0.1'), about: 'Address to bind to', fallback: '127.0.0.1' },
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
  GATEHOUSE_INTERNAL_INSECURE: {
    schema: kind.flag(),
    about: '1: serve the internal listener over plain http off loopback',
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
  GATEHOUSE_BODY_TIMEOUT_MS: ms(30_000, 'Longest wait for the whole body of a request'),
  GATEHOUSE_HEADER_TIMEOUT_MS: ms(10_000, 'Longest wait for the headers of a request'),
  GATEHOUSE_CONNECT_TIMEOUT_MS: ms(5_000, 'Longest wait for a connection to a server'),
  GATEHOUSE_FIRST_BYTE_TIMEOUT_MS: ms(30_000, "Longest wait for the first byte of a server's answer"),
  GATEHOUSE_CALL_TIMEOUT_MS: ms(60_000, 'The same for tools/call, where the server sets none of its own'),
  GATEHOUSE_PROBE_TIMEOUT_MS: ms(
    5_000,
    'Longest wait for a server that is asked which revisions it speaks: some never answer what they do not know',
  ),
  GATEHOUSE_LIST_TIMEOUT_MS: ms(5_000, "Longest wait for one server's tools in the merged list"),
  GATEHOUSE_READER_TIMEOUT_MS: ms(30_000, 'A client that reads nothing for so long is dropped'),
  GATEHOUSE_SESSION_IDLE_MS: ms(
    1_200_000,
    'A session that gateways keep at a server ends when unused so long',
  ),
  GATEHOUSE_CIRCUIT_FAILURES: most(
    5,
    'Failures to reach a server, or refusals of its credential, in a row, after which it is left alone',
  ),
  GATEHOUSE_CIRCUIT_OPEN_MS: ms(5_000, 'How long it is left alone until one request tries again'),
  GATEHOUSE_KEEP_ALIVE_MS: ms(15_000, 'Time between the comments that keep a quiet event stream open'),
  GATEHOUSE_MAX_CALLS_PER_WORKSPACE: most(
    512,
    'Concurrent calls of one workspace at one upstream, per process, where the server sets none of its own',
  ),
  GATEHOUSE_MAX_CALLS_PER_UPSTREAM: most(
    1_024,
    'Concurrent calls per upstream and process, over all workspaces',
  ),
  GATEHOUSE_MAX_EVENT_LOOP_DELAY_MS: ms(
    200,
    'Where the event loop is later than that again and again, new requests are refused',
  ),
  GATEHOUSE_THREADS: {
    schema: kind.whole(1, 64, 1),
    about:
      'Gateways in this process, each in a thread; with GATEHOUSE_PEER_URL the others reach them at the ports after its own',
    fallback: '1',
  },
  GATEHOUSE_MAX_REQUESTS: most(20_000, 'Requests that may be open, streams too, per process'),
  GATEHOUSE_MAX_STREAMS_PER_CALLER: most(1_000, 'Streams that one caller may hold open, per process'),
  GATEHOUSE_MAX_STREAMS: most(10_000, 'Streams that may be open, per process'),
} as const satisfies Settings

export type Config = Readonly<ReturnType<typeof loadGatewayConfig>>

/** @throws ConfigError with every mistake */
export function loadGatewayConfig(env: Environment) {
  const mistakes = betweenSettings(env)
  try {
    const values = loadConfig('The gateway', settings, env)
    if (mistakes.length > 0) throw new ConfigError('The gateway', [])
    return { ...values, PUBLIC_URL: values.PUBLIC_URL ?? `http://localhost:${values.PORT}` }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new ConfigError('The gateway', [...error.mistakes, ...mistakes])
  }
}

/** What no setting can tell alone. */
function betweenSettings(env: Environment): string[] {
  const mistakes: string[] = []
  if (!isLoopback(env.GATEHOUSE_HOST || '127.0.0.1')) {
    if (!env.PUBLIC_URL)
      mistakes.push('PUBLIC_URL: is required where GATEHOUSE_HOST is not a loopback address')
    else if (!env.PUBLIC_URL.startsWith('https://'))
      mistakes.push('PUBLIC_URL: must be https where GATEHOUSE_HOST is not a loopback address')
  }
  if (
    Number(env.GATEHOUSE_THREADS) > 1 &&
    !isLoopback(env.GATEHOUSE_HOST || '127.0.0.1') &&
    !env.GATEHOUSE_PEER_URL
  )
    mistakes.push(
      'GATEHOUSE_PEER_URL: is required for several threads off loopback, as they are reached one by one',
    )
  for (const name of ['REGISTRY_URL', 'GATEHOUSE_PEER_URL']) {
    const text = env[name]
    const url = text && URL.canParse(text) ? new URL(text) : undefined
    const open = url?.protocol === 'http:' && !isLoopback(url.hostname)
    if (open && env.GATEHOUSE_INTERNAL_INSECURE !== '1')
      mistakes.push(
        `${name}: secrets would travel over plain http; use https, or GATEHOUSE_INTERNAL_INSECURE=1 where the network is private`,
      )
  }
  return mistakes
}
