// Tries a server that isn't stored, step by step: the way there, what it speaks, what it wants, what it lists.

import { toUpstreamError } from '@gatehouse/egress'
import { AppError } from '@gatehouse/errors'
import type { ProbeLine, ProbeVerdict } from '@gatehouse/registry-api'
import { connectUpstream, readList, type UpstreamConnection } from '@gatehouse/upstream'
import type { Deps } from '../deps.ts'
import { type Asked, askHttp, speaksHttpSse } from './ask-http.ts'
import { findAuth } from './find-auth.ts'
import { createSteps, type Steps } from './steps.ts'
import { tryWay } from './way-there.ts'

interface Tried {
  readonly url: URL
  readonly headers: Asked['headers']
  readonly signal: AbortSignal
}

const nothing: ProbeVerdict = {
  ...{ auth: null, header: null, transport: null, era: null },
  ...{ registration: null, tools: null, tool_count: null },
}

/** For everything together. */
const wholeMs = 35_000
const shownTools = 50

/** Fails never: what goes wrong is a line. @param tell takes each line as it comes */
export async function probeServer(
  deps: Pick<Deps, 'egress' | 'config'>,
  { url, headers, signal: gone }: Tried,
  tell: (line: ProbeLine) => void,
): Promise<void> {
  const signal = AbortSignal.any([gone, AbortSignal.timeout(wholeMs)])
  const steps = createSteps(tell, () => performance.now())
  if (!(await tryWay(deps, url, steps))) return tell({ verdict: nothing })
  const pool = deps.egress.upstreamPool(url.origin, { connections: 1, headersTimeout: 0, bodyTimeout: 0 })
  try {
    tell({ verdict: await askOn(deps, { pool, url, headers, signal }, steps) })
  } finally {
    await pool.destroy()
  }
}

async function askOn(
  deps: Pick<Deps, 'egress' | 'config'>,
  asked: Asked,
  steps: Steps,
): Promise<ProbeVerdict> {
  const { url, headers, signal } = asked
  const head = await askHttp(asked, steps)
  if (head === null) return nothing
  const refusal = { challenge: head.challenge, hadHeaders: headers.length > 0 }
  const wants = () => findAuth(deps, url.href, refusal, steps)

  steps.begin('era')
  const limits = { timeoutMs: wholeMs, probeTimeoutMs: 5_000 }
  let connection: UpstreamConnection
  try {
    connection = await connectUpstream({ egress: deps.egress, url: url.href, headers, signal, limits })
  } catch (thrown) {
    const error = toUpstreamError(thrown)
    if (error.code === 'upstream_auth_failed') {
      steps.end('skipped', 'It tells nobody who is unknown')
      steps.begin('auth')
      const found = await wants()
      steps.skip('tools', 'It lists them for who is known')
      return { ...nothing, ...found }
    }
    const isOld = await speaksHttpSse(asked)
    steps.fail(isOld ? new AppError('http_sse_only') : error)
    return isOld ? { ...nothing, transport: 'http-sse' } : nothing
  }
  const { era, protocolVersion } = connection
  steps.end('done', `It speaks ${protocolVersion}`)
  const spoken = { ...nothing, transport: 'streamable-http', era } as const

  steps.begin('auth')
  try {
    const { entries } = await readList('tools/list', connection.request)
    steps.end('done', headers.length > 0 ? 'It takes these headers' : 'It asks for none')
    steps.skip('discovery', 'Nobody has to sign in')
    steps.begin('tools')
    const tools = entries.slice(0, shownTools).map(nameOf)
    if (entries.length === 0) steps.warn('It lists no tools')
    else steps.end('done', `It lists ${entries.length} ${entries.length === 1 ? 'tool' : 'tools'}`)
    const auth = headers.length > 0 ? 'headers' : 'none'
    return { ...spoken, auth, tools, tool_count: entries.length }
  } catch (thrown) {
    const error = toUpstreamError(thrown)
    if (error.code === 'upstream_auth_failed') {
      const found = await wants()
      steps.skip('tools', 'It lists them for who is known')
      return { ...spoken, ...found }
    }
    steps.end('done', headers.length > 0 ? 'It does not refuse these headers' : 'It asks for none')
    steps.skip('discovery', 'Nobody has to sign in')
    steps.begin('tools')
    steps.fail(error)
    return { ...spoken, auth: headers.length > 0 ? 'headers' : 'none' }
  } finally {
    await connection.close()
  }
}

/** readList has seen that it is there. */
const nameOf = (entry: string) => String((JSON.parse(entry) as { name: unknown }).name)
