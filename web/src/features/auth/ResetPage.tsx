import LinkPage from './LinkPage'

export default function ResetPage() {
  return <LinkPage title="Choose a new password" />
}
