import type { components } from './schema'

type Schemas = components['schemas']

export type Me = Schemas['Me']
export type ProjectAccess = Schemas['MyProject']
export type Space = Schemas['Space']
export type App = Schemas['AppOut']
export type Version = Schemas['VersionOut']
export type Stage = Schemas['Stage']
export type Source = Schemas['Source']
export type Session = Schemas['SessionOut']
export type QueryAnswer = Schemas['QueryOut']
export type Explore = Schemas['ExploreOut']
export type PartOfDataApps = Schemas['PartOut']
export type Licence = Schemas['LicenceOut']
export type LicensedFeature = Schemas['LicensedFeature']
