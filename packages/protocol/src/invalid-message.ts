// JSON that is no JSON-RPC message.

import { AppError } from '@gatehouse/errors'

export type RpcId = string | number | null

/** An `invalid_message` of which the id could be read, so that its refusal can name it. */
export class InvalidMessage extends AppError {
  readonly rpcId: RpcId | undefined

  constructor(what: string, rpcId?: RpcId) {
    super('invalid_message', { what })
    this.rpcId = rpcId
  }
}
