// What the window that a person consented in tells the page that opened it. They share an origin and nothing else: the way
// through an authorization server may cut `window.opener`, so nothing relies on it.

import type { AuthSessionStatus } from '@gatehouse/registry-api'

export interface ConnectNews {
  /** Null where the registry did not say which one: whoever waits asks again. */
  readonly auth_session_id: string | null
  readonly status: AuthSessionStatus
  /** Of the error, where there is no connection now. */
  readonly code: string | null
}

const name = 'gatehouse-connect'

export function tellConnect(news: ConnectNews): void {
  const channel = new BroadcastChannel(name)
  channel.postMessage(news)
  channel.close()
}

/** @returns stops listening */
export function onConnect(listener: (news: ConnectNews) => void): () => void {
  const channel = new BroadcastChannel(name)
  // only pages of this origin can speak here
  channel.onmessage = (event: MessageEvent<ConnectNews>) => listener(event.data)
  return () => channel.close()
}
