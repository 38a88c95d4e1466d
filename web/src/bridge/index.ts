/** The host's side of a running data app. */
export { FrameLink, textOf } from './link'
export { type AppStatus, type MountedApp, mountApp, type MountOptions, type Numbers } from './mount'
export type { AppContext, AppQuery, Problem, Theme, Viewer } from './protocol'
export type { Answered } from './queries'
