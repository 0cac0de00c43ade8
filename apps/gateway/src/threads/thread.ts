// One of the threads: a whole gateway, which ends when it is told to. Started by threads.ts.

import { parentPort, workerData } from 'node:worker_threads'
import { loadGatewayConfig } from '../config.ts'
import { type Place, runGateway } from '../run.ts'

const place = workerData as Place // threads.ts says so
const { ready, stop } = await runGateway(loadGatewayConfig(process.env), place)
parentPort?.once('message', () => {
  stop().then(
    () => process.exit(0),
    () => process.exit(1),
  )
})
await ready
parentPort?.postMessage('ready')
