import { queryOptions } from '@tanstack/react-query'
import { client, data } from './client'

export const doctorQuery = queryOptions({
  queryKey: ['doctor'],
  queryFn: () => data(client.GET('/api/v1/doctor')),
  staleTime: 0,
})
