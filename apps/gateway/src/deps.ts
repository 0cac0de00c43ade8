// What lives as long as the process; built once, passed as an argument.

import { randomUUID } from 'node:crypto'
import { isLoopback } from '@gatehouse/config'
import { createEgress, type Egress } from '@gatehouse/egress'
import { toAppError } from '@gatehouse/errors'
import { type Allowed, allowed, logLines } from '@gatehouse/http-kit'
import { type Logger, pino } from 'pino'
import { Registry } from 'prom-client'
import type { Config } from './config.ts'
import { createOverload, type Overload } from './limits/overload.ts'
import { createRateLimits, type RateLimits } from './limits/rate-limits.ts'
import { createFetchList } from './mcp/aggregate/fetch-list.ts'
import { createListeners, type Listeners } from './mcp/aggregate/listeners.ts'
import { createServerLists, type ServerLists } from './mcp/aggregate/server-lists.ts'
import { createOpenEnds, type OpenEnds } from './mcp/bridge/legacy-client/open-ends.ts'
import { createHeldCalls, type HeldCalls } from './mcp/bridge/modern-client/held-calls.ts'
import { createSideStreams, type SideStreams } from './mcp/bridge/modern-client/side-streams.ts'
import { type Captures, createCaptures } from './mcp/capture/captures.ts'
import { createPeers, type Peers } from './mcp/peers.ts'
import { createRecorder, type Recorder } from './mcp/record-call.ts'
import { createSealedStates, type SealedStates } from './mcp/sealed-state.ts'
import { createSessionNotes, type SessionNotes } from './mcp/session-notes.ts'
import { type Bearer, createSessionTokens, type SessionTokens } from './mcp/session-token.ts'
import { createStepUps, type StepUps } from './mcp/step-ups.ts'
import { createEndOfTurn, type EndOfTurn } from './mcp/transparent/end-of-turn.ts'
import { followChanges } from './registry/change-stream.ts'
import { createRegistryClient, type RegistryClient } from './registry/client.ts'
import { createKnowledge, type Knowledge } from './registry/knowledge.ts'
import { createLease, type Lease, onLapse } from './registry/lease.ts'
import { createEras, type Eras } from './upstream/eras.ts'
import { createPools, type Pools } from './upstream/pools.ts'
import { createUpstreamSessions, type UpstreamSessions } from './upstream/sessions.ts'
import { createSlots, type Slots } from './upstream/slots.ts'

export interface Deps {
  readonly config: Config
  readonly log: Logger
  /** Unix time in ms. */
  readonly now: () => number
  readonly egress: Egress
  readonly registry: RegistryClient
  readonly knowledge: Knowledge
  readonly lease: Lease
  readonly sessions: SessionTokens
  readonly states: SealedStates
  readonly notes: SessionNotes
  readonly peers: Peers
  readonly pools: Pools
  readonly eras: Eras
  readonly slots: Slots
  readonly rateLimits: RateLimits
  readonly overload: Overload
  readonly openEnds: OpenEnds
  readonly stepUps: StepUps
  readonly heldCalls: HeldCalls
  readonly sideStreams: SideStreams
  readonly recorder: Recorder
  readonly captures: Captures
  readonly lists: ServerLists
  readonly listeners: Listeners
  readonly upstreamSessions: UpstreamSessions
  readonly endOfTurn: EndOfTurn
  readonly metrics: Registry
  /** Our own mark in Via. */
  readonly via: () => string
  readonly allowed: () => Allowed
  /** Aborts when streams that would stay open have to end. */
  readonly stopping: AbortSignal
}

export interface Opened {
  readonly deps: Deps
  readonly firstHello: Promise<void>
  /**
   * Told once the port is known: from then on the registry is listened to.
   * @param own that no other gateway has, where that one is shared
   */
  listening(port: number, own?: number): void
  /** Ends open streams after the event that is under way. */
  endStreams(): void
  close(): Promise<void>
}

export function openDeps(config: Config): Opened {
  const log = pino({ level: config.GATEHOUSE_LOG_LEVEL, base: { app: 'gateway' } }, logLines())
  const egress = createEgress({
    allow: config.GATEHOUSE_EGRESS_ALLOW,
    proxy: config.GATEHOUSE_EGRESS_PROXY,
    caFile: config.GATEHOUSE_EGRESS_CA_FILE,
    ownOrigins: [config.PUBLIC_URL, ...(config.GATEHOUSE_PEER_URL ? [config.GATEHOUSE_PEER_URL] : [])],
  })
  const registry = createRegistryClient(
    egress.internalClient(config.REGISTRY_URL, { connections: 16 }),
    config.GATEWAY_TOKEN.reveal(),
  )
  const lease = createLease(() => performance.now())
  const pools = createPools({
    egress,
    connectTimeoutMs: config.GATEHOUSE_CONNECT_TIMEOUT_MS,
    lease,
    circuit: {
      failures: config.GATEHOUSE_CIRCUIT_FAILURES,
      openMs: config.GATEHOUSE_CIRCUIT_OPEN_MS,
      monotonic: () => performance.now(),
    },
  })
  const gatewayId = randomUUID()
  let mark = { of: '', via: '' }
  const via = () => {
    const of = knowledge.greeting?.installation_mark ?? 'unknown'
    if (mark.of !== of) mark = { of, via: `1.1 gatehouse-${of}` }
    return mark.via
  }
  const knowledge = createKnowledge({
    client: registry,
    lease,
    now: Date.now,
    onChange: async (event) => {
      if (event.subject === 'session') {
        sessions.endDigest(event.subject_id, event.expires_at_ms ?? 0)
        openEnds.streams.sessionEnded(event.subject_id)
        notes.changed(event.subject_id)
      } else if (event.subject === 'session-notes') {
        notes.changed(event.subject_id)
        openEnds.streams.subscriptionsChanged(event.subject_id)
      } else {
        if (event.subject === 'connection') pools.dropAccounts(event.workspace_id, event.subject_id)
        else pools.drop(event.workspace_id, event.subject === 'server' ? event.subject_id : undefined)
        listeners.changed(event.workspace_id)
      }
      heldCalls.changed(event)
      await Promise.all([upstreamSessions.changed(event), openEnds.streams.changed(event)])
    },
    onGap: () => {
      pools.drop()
      upstreamSessions.gap()
      notes.gap()
      setImmediate(recheck) // once the lease holds again
    },
  })
  /** Ends what is open and does not hold any more. */
  const recheck = () => {
    const holds = (bearer: Bearer) =>
      knowledge.credentials(bearer.caller, bearer.server).then(
        () => true,
        (thrown) => toAppError(thrown).code === 'registry_unreachable' && lease.holds(),
      )
    listeners.changed()
    void openEnds.streams.changed()
    void heldCalls.recheck(holds)
  }
  const stopWatching = onLapse(lease, recheck)
  const sessions = createSessionTokens(knowledge, Date.now)
  const notes = createSessionNotes({ client: registry, knowledge, now: Date.now })
  const openEnds = createOpenEnds(Date.now)
  const heldCalls = createHeldCalls()
  const sideStreams = createSideStreams()
  const listeners = createListeners()
  const recorder = createRecorder(registry, log)
  const captures = createCaptures({ client: registry, knowledge, now: Date.now, log })
  const metrics = new Registry()
  const stop = new AbortController()
  const ending = new AbortController()
  const peers = createPeers({ self: gatewayId, egress, client: registry, knowledge, now: Date.now })
  const first = Promise.withResolvers<void>()
  let allowList = hosts(config, config.PORT)
  const upstreamSessions = createUpstreamSessions({
    self: gatewayId,
    egress,
    client: registry,
    knowledge,
    pools,
    via,
    openTimeoutMs: config.GATEHOUSE_FIRST_BYTE_TIMEOUT_MS,
    idleMs: config.GATEHOUSE_SESSION_IDLE_MS,
  })
  const eras = createEras({ knowledge, pools, via, timeoutMs: config.GATEHOUSE_PROBE_TIMEOUT_MS })
  const lists = createServerLists({
    fetchList: createFetchList({ knowledge, pools, via, eras, upstreamSessions }),
    log,
    metrics,
    timeoutMs: config.GATEHOUSE_LIST_TIMEOUT_MS,
  })
  const overload = createOverload({
    delayMs: config.GATEHOUSE_MAX_EVENT_LOOP_DELAY_MS,
    requests: config.GATEHOUSE_MAX_REQUESTS,
  })
  const deps: Deps = {
    config,
    log,
    now: Date.now,
    egress,
    registry,
    knowledge,
    lease,
    sessions,
    states: createSealedStates(knowledge, Date.now),
    notes,
    peers,
    pools,
    eras,
    slots: createSlots({
      perWorkspace: config.GATEHOUSE_MAX_CALLS_PER_WORKSPACE,
      perUpstream: config.GATEHOUSE_MAX_CALLS_PER_UPSTREAM,
      streamsPerCaller: config.GATEHOUSE_MAX_STREAMS_PER_CALLER,
      streams: config.GATEHOUSE_MAX_STREAMS,
    }),
    rateLimits: createRateLimits(
      () => performance.now(),
      () => lease.gateways,
    ),
    overload,
    openEnds,
    stepUps: createStepUps(),
    heldCalls,
    sideStreams,
    recorder,
    endOfTurn: createEndOfTurn(),
    captures,
    lists,
    listeners,
    upstreamSessions,
    metrics,
    via,
    allowed: () => allowList,
    stopping: ending.signal,
  }
  return {
    deps,
    firstHello: first.promise,
    listening: (port, own) => {
      allowList = hosts(config, port)
      const address = peerAddress(config, port, own)
      const { firstHello } = followChanges(
        { client: registry, knowledge, lease, gatewayId, address, log },
        stop.signal,
      )
      firstHello.then(first.resolve)
    },
    endStreams: () => ending.abort(),
    async close() {
      stopWatching()
      overload.close()
      await heldCalls.close()
      sideStreams.close()
      await upstreamSessions.close()
      await Promise.all([recorder.close(), captures.close()])
      stop.abort()
      await pools.close()
      await peers.close()
      lease.end()
      // Nothing is used any more: nobody has to wait for us.
      await registry.returnLease(gatewayId).catch(() => {}) // it runs out
      await registry.close()
    },
  }
}

/** On loopback every gateway of the installation is on this machine. */
function peerAddress(config: Config, shared: number, own = shared): string | undefined {
  const { GATEHOUSE_PEER_URL: given } = config
  if (given !== undefined && own === shared) return given
  if (given !== undefined) {
    const url = new URL(given)
    url.port = String(Number(url.port || (url.protocol === 'https:' ? 443 : 80)) + own - shared)
    return url.href.replace(/\/$/, '')
  }
  if (!isLoopback(config.GATEHOUSE_HOST)) return undefined
  const host = config.GATEHOUSE_HOST.includes(':') ? `[${config.GATEHOUSE_HOST}]` : config.GATEHOUSE_HOST
  return `http://${host}:${own}`
}

const hosts = (config: Config, port: number) =>
  allowed({
    publicUrls: [config.PUBLIC_URL],
    loopback: isLoopback(config.GATEHOUSE_HOST),
    port,
    hosts: config.GATEHOUSE_ALLOWED_HOSTS,
    origins: config.GATEHOUSE_ALLOWED_ORIGINS,
  })
