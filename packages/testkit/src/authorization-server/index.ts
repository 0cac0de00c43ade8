// What tests of OAuth import. Apart from the rest of testkit, because it loads a whole authorization server.

export {
  type Caller,
  type ProtectedServer,
  type ProtectedServerOptions,
  type ProtectedSwitches,
  startProtectedServer,
} from './protected-server.ts'
export {
  type AuthorizationRequest,
  type AuthorizationServer,
  type AuthorizationServerOptions,
  startAuthorizationServer,
  type TokenInfo,
} from './start.ts'
export type { Kind } from './store.ts'
export type { Endpoint, EndpointFault, Switches } from './switches.ts'
