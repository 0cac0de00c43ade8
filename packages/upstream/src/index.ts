export {
  type ConnectOptions,
  connectUpstream,
  type Limits,
  type ListMethod,
  probeEra,
  type UpstreamConnection,
} from './connect.ts'
export { evidence } from './era.ts'
export type { Reply, RpcResponse } from './exchange.ts'
export { type FetchedTools, fetchTools } from './tools.ts'
