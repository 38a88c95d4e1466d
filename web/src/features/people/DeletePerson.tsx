import { useNavigate } from '@tanstack/react-router'
import { deletePerson, type PersonOut } from '@/api/directory'
import { Confirmed } from '@/parts/directory/Confirmed'

export function DeletePerson({ person }: { person: PersonOut }) {
  const navigate = useNavigate()
  return (
    <Confirmed
      action="Delete"
      label={`Delete ${person.name}`}
      run={async () => {
        await deletePerson(person.id)
        // Before the lists are read anew: this page would ask for somebody who is gone.
        await navigate({ to: '/settings/people' })
      }}
    >
      <p style={{ margin: 0 }}>
        {person.name} is out at once: account, roles, groups, attribute values and tokens are gone for good.
      </p>
      <p style={{ margin: '8px 0 0' }}>
        What they made stays, and so does the audit log of what they did. To keep the account for later, switch it off
        instead.
      </p>
    </Confirmed>
  )
}
