export { type Allow, parseAllow } from './allow.ts'
export type { Lookup } from './connector.ts'
export {
  createEgress,
  type Egress,
  type EgressParts,
  type EgressSettings,
  type UpstreamPoolOptions,
} from './egress.ts'
export { type FetchInit, readBody, refuseDetours } from './fetch.ts'
export { toUpstreamError } from './outcome.ts'
export type { Moment } from './reach.ts'
/** The base of what stands before a pool: it opens nothing by itself. */
export { Dispatcher } from './undici.js'
