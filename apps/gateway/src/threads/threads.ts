// Several gateways in one process, each in a thread with everything of its own: they listen on the same port, the system deals new
// connections out among them, and to each other and to the registry they are like gateways elsewhere. Each thread: thread.ts.

import { Worker } from 'node:worker_threads'
import { toTell } from '@gatehouse/config'
import { listen } from '@gatehouse/http-kit'
import type { Config } from '../config.ts'
import { http } from '../node-http.ts'
import type { Place, Running } from '../run.ts'

/** Resolves when the port is known to be free. A thread that fails ends the process. */
export async function runThreads(config: Config): Promise<Running> {
  const threads = config.GATEHOUSE_THREADS
  const port = await freePort(config)
  let stopping = false
  const workers = Array.from({ length: threads }, (_, index) => {
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      workerData: { index, threads, port } satisfies Place,
    })
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        if (!stopping) process.exit(1) // it said why
        resolve()
      })
    })
    let isReady = false
    // What is expected to go wrong is of the start.
    worker.once('error', (error) => console.error(isReady ? error : toTell(error)))
    const ready = new Promise<void>((resolve) => {
      worker.once('message', () => {
        isReady = true
        resolve()
      })
    })
    return { worker, ended, ready }
  })
  return {
    port,
    ready: Promise.all(workers.map(({ ready }) => ready)).then(() => {}),
    async stop() {
      stopping = true
      for (const { worker } of workers) worker.postMessage('stop')
      await Promise.all(workers.map(({ ended }) => ended))
    },
  }
}

/** Threads share their port, so none of them would notice that another program has it. */
async function freePort({ PORT, GATEHOUSE_HOST }: Config): Promise<number> {
  const server = http.createServer()
  const port = await listen(server, PORT, GATEHOUSE_HOST)
  await new Promise((resolve) => server.close(resolve))
  return port
}
