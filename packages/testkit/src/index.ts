export { canary, findCanary } from './canary.ts'
export { type Everything, startEverything } from './everything.ts'
export { type FaultProxy, type Faults, startFaultProxy } from './fault-proxy.ts'
export { type FixtureOptions, type FixtureServer, startFixtureServer } from './fixture-server/start.ts'
export { freePort } from './free-port.ts'
export { insideHosts } from './inside-hosts.ts'
export type { ProcessLimits, Running } from './process.ts'
export {
  type Recorded,
  type RecordingUpstream,
  type Script,
  startRecordingUpstream,
} from './recording-upstream.ts'
export * as scripts from './scripts.ts'
export { type SdkUpstream, type SdkUpstreamOptions, type Seen, startSdkUpstream } from './sdk-upstream.ts'
export { type App, spawnApp } from './spawn-app.ts'
export { type WaitOptions, waitFor } from './wait-for.ts'
