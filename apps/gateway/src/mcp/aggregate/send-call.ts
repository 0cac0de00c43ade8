// One request to one server, in an era that the server speaks: the client's own where there is a choice. Next: call-modern.ts and
// bridge/modern-client/ for modern clients, call-legacy.ts and call-for-legacy.ts for those of the older revisions.

import { AppError } from '@gatehouse/errors'
import type { Deps } from '../../deps.ts'
import { createAnswer } from '../answer.ts'
import { bindingOf } from '../binding-of.ts'
import { bridgeModernClient } from '../bridge/modern-client/bridge.ts'
import type { Call, Trace } from '../call.ts'
import { checkParams } from '../check-params.ts'
import { callForLegacy } from './call-for-legacy.ts'
import { callLegacy } from './call-legacy.ts'
import { callModern, unbuffered } from './call-modern.ts'
import { exposeMessage } from './expose.ts'
import type { Target } from './target.ts'

/** @throws ServerChanged when nothing was sent because server or credential were replaced; AppError for other refusals */
export async function sendCall(deps: Deps, call: Call, target: Target, trace: Trace): Promise<void> {
  const { bearer, message } = target
  if (message.era === 'modern') {
    await checkParams(deps, call, bearer, bindingOf(message))
    const { modern, legacy } = await deps.eras.probe(bearer)
    if (modern !== false || legacy === false) return callModern(deps, call, target, trace)
    const { slug } = bearer.server
    const map = (text: string) => exposeMessage(slug, message.envelope.method ?? '', text)
    const answer = createAnswer(deps, call, trace, { map, headers: unbuffered })
    return bridgeModernClient(deps, call, bearer.server, message, trace, answer)
  }
  if (deps.eras.of(bearer).legacy === false) return callForLegacy(deps, call, target, trace)
  try {
    return await callLegacy(deps, call, target, trace)
  } catch (thrown) {
    if (!(thrown instanceof AppError) || thrown.code !== 'era_mismatch') throw thrown
    deps.eras.learn(bearer, 'legacy', false)
    return callForLegacy(deps, call, target, trace)
  }
}
