import type { Party, Share, SpaceAccess } from '@/api/spaces'

/** Whom a space lets in, in a sentence. */
export function letsIn({ access, openToProject, parentName }: SpaceAccess): string {
  if (access === 'restricted') {
    return 'Restricted: only the people and groups below are let in, and administrators.'
  }
  const above = parentName ? `“${parentName}”` : 'the space above'
  if (openToProject) {
    return parentName
      ? `Open: everyone in the project is in here, as in ${above}. To let in fewer, restrict it.`
      : 'Open: everyone in the project is in here. To let in fewer, restrict it.'
  }
  return `Inherited: whoever is let into ${above} is in here, too. To let in fewer, restrict it.`
}

/** Under the name of who is let in: an address, or how many a group has; and what keeps a share from giving anything. */
export function details({ kind, email, members, reached }: Party): string {
  const words = kind === 'group' ? `Group of ${members === 1 ? '1 person' : `${members ?? 0} people`}` : (email ?? 'Service account')
  return reached ? words : `${words} · has no role in the project yet, so this gives nothing`
}

/** Where what comes from above was given, and so is changed. */
export function givenIn({ spaceName }: Share): string {
  return spaceName ? `Given in “${spaceName}”` : 'Given in a space above'
}
