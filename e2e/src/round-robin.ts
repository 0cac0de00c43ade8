// A load balancer that sends each request to another gateway than the last, so that nothing may rest on one process's memory.

import { once } from 'node:events'
import { Agent, request as ask, createServer } from 'node:http'
import { pipeline } from 'node:stream'

export interface Balancer {
  /** Requests that went to each target so far. */
  readonly counts: readonly number[]
  /** The ports that get requests now. */
  ready(): readonly number[]
  close(): Promise<void>
}

interface BalancerOptions {
  /** Asks each target so often whether it is ready, and passes those over that are not. */
  readonly readyEveryMs?: number
}

/** Listens on this port of the loopback interface. @param targets ports there */
export async function startBalancer(
  port: number,
  targets: readonly number[],
  { readyEveryMs }: BalancerOptions = {},
): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true })
  const counts = targets.map(() => 0)
  let turn = 0
  const away = new Set<number>()
  const look = async (target: number) => {
    const ready = await fetch(`http://127.0.0.1:${target}/ready`).then(
      async (answer) => {
        await answer.text()
        return answer.ok
      },
      () => false,
    )
    if (ready) away.delete(target)
    else away.add(target)
  }
  const looking =
    readyEveryMs === undefined ? undefined : setInterval(() => targets.forEach(look), readyEveryMs)
  const next = () => {
    for (const _ of targets) {
      const at = turn++ % targets.length
      if (!away.has(targets[at] ?? 0)) return at
    }
    return turn++ % targets.length
  }
  const server = createServer((request, response) => {
    const at = next()
    counts[at] = (counts[at] ?? 0) + 1
    const onward = ask({
      host: '127.0.0.1',
      port: targets[at],
      method: request.method,
      path: request.url,
      headers: request.rawHeaders,
      agent,
    })
    onward.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      response.flushHeaders()
      pipeline(answer, response, () => {})
    })
    onward.once('error', () => response.destroy())
    response.once('close', () => {
      if (!response.writableFinished) onward.destroy()
    })
    pipeline(request, onward, () => {})
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    counts,
    ready: () => targets.filter((target) => !away.has(target)),
    async close() {
      clearInterval(looking)
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}
