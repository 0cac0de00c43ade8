// The answer to a request: its head names the request, whoever writes it. Made by the HTTP server in app.ts.

import type { IncomingMessage, OutgoingHttpHeader, OutgoingHttpHeaders } from 'node:http'
import { newRequestId } from '@gatehouse/http-kit'
import { http } from '../node-http.ts'

type Headers = OutgoingHttpHeaders | OutgoingHttpHeader[]

const name = 'X-Request-Id'

export class McpResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends http.ServerResponse<Request> {
  readonly requestId = newRequestId()

  /** Quickest with a list of names and values in turn, which then is ours. */
  override writeHead(status: number, first?: string | Headers, second?: Headers): this {
    const headers = typeof first === 'string' ? second : first
    if (Array.isArray(headers)) headers.push(name, this.requestId)
    else this.setHeader(name, this.requestId)
    return super.writeHead(status, headers)
  }
}
