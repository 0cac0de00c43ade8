export {
  type ConnectOptions,
  connectUpstream,
  type Limits,
  type ListMethod,
  probeEra,
  type UpstreamConnection,
} from './connect.ts'
export {
  evidence,
  expectResult,
  type Handshake,
  type HandshakeClient,
  initialize,
  type LegacySession,
  legacyHeaders,
  modernHeaders,
  modernMeta,
} from './era.ts'
export { type EraSet, findEras } from './eras.ts'
export {
  endSession,
  exchange,
  type Reply,
  type RpcResponse,
  type Wire,
} from './exchange.ts'
export { type FetchedList, type FetchedTools, fetchTools, listKinds, readList } from './lists.ts'
export {
  changeAt,
  deeperThan,
  rawElements,
  rawMember,
  rawMembers,
  replaceMember,
  setMember,
  withoutMember,
  withoutMembers,
} from './raw-json.ts'
