// A gateway that is registered as its own server would call itself for ever; our mark in Via tells.

import type { IncomingMessage } from 'node:http'
import { AppError } from '@gatehouse/errors'
import type { Deps } from '../deps.ts'

/** A request with our own mark in Via went in a circle. @throws AppError loop_detected */
export function checkLoop(deps: Deps, request: IncomingMessage): void {
  const via = request.headers.via
  if (via !== undefined && String(via).includes(deps.via())) throw new AppError('loop_detected')
}
