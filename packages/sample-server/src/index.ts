export { createSampleServer, sampleServer } from './sample.ts'
export { type RunningServer, type ServeOptions, serveMcp } from './serve.ts'
