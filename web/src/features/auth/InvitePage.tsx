import LinkPage from './LinkPage'

export default function InvitePage() {
  return <LinkPage title="Welcome to Vitrail" />
}
