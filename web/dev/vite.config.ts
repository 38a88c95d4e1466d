import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { mockApi } from './mock'

// The pages with an invented server behind them, to work on their looks. Nothing here is shipped.
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  plugins: [react(), mockApi()],
  resolve: {
    alias: {
      '@sdk': fileURLToPath(new URL('../../sdk/src', import.meta.url)),
      '@': fileURLToPath(new URL('../src', import.meta.url)),
    },
  },
  server: { port: 5180, strictPort: true },
})
