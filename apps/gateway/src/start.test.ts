import { expect, test } from 'vitest'
import { startGatewayProcess } from './testing/gateway-process.ts'

test('a log on a disk without room ends nothing, and keeps nothing from ending', async () => {
  const gateway = await startGatewayProcess({ GATEHOUSE_LOG_LEVEL: 'debug' }, { noRoomForOutput: true })
  const asked = await fetch(`${gateway.url}/health`).catch((error: Error) => error)
  expect([await gateway.stop(), asked]).toMatchObject([0, { status: 200 }])
})
