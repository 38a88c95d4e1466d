import './styles.css'
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { worthRetrying } from './api/client'
import { Problem } from './api/problem'
import { makeRouter } from './router'
import { cssVariables, theme } from './theme'

const colorScheme = localStorageColorSchemeManager({ key: 'vitrail-color-scheme' })

// Signed out meanwhile (expired, revoked): sign in, then come back to the same place.
const signInAgain = (error: unknown) => {
  const { pathname, href } = router.state.location
  if (error instanceof Problem && error.status === 401 && pathname !== '/login') {
    void router.navigate({ to: '/login', search: { to: href } })
  }
}

const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: signInAgain }),
  mutationCache: new MutationCache({ onError: signInAgain }),
  defaultOptions: { queries: { retry: worthRetrying, staleTime: 5_000 } },
})
const router = makeRouter(queryClient)

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        colorSchemeManager={colorScheme}
        defaultColorScheme="auto"
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
