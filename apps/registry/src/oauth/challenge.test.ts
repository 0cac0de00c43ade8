// What a server says to somebody who shows nothing, on a real socket.

import { createEgress } from '@gatehouse/egress'
import { type RecordingUpstream, scripts, startRecordingUpstream } from '@gatehouse/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { askForChallenge, readBearer } from './challenge.ts'

const egress = createEgress({ allow: parse() })
let server: RecordingUpstream

beforeEach(async () => {
  server = await startRecordingUpstream(scripts.status(404))
})
afterEach(() => server.close())
