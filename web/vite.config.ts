import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// `npm run dev` shows the pages as they are edited, in front of a running `make demo`.
const SERVER = process.env.VITRAIL_URL ?? 'http://127.0.0.1:8080'
const server = { target: SERVER, headers: { origin: SERVER }, changeOrigin: true }

// Two entries: the pages, and the small page in which the server checks a version (no React in it).
export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      '@sdk': fileURLToPath(new URL('../sdk/src', import.meta.url)),
      '@': fileURLToPath(new URL('./src', import.meta.url)),
    },
  },
  server: { proxy: { '/api': server, '/frame': server, '/vendor': server } },
  build: {
    target: 'es2023',
    // New enough for light-dark(), which would otherwise be rewritten into something that follows only the system.
    cssTarget: ['chrome125', 'edge125', 'firefox128', 'safari18'],
    // The policy is script-src 'self': nothing may be written into the document.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        index: fileURLToPath(new URL('./index.html', import.meta.url)),
        render: fileURLToPath(new URL('./render.html', import.meta.url)),
      },
    },
  },
  test: { environment: 'happy-dom', isolate: false, include: ['src/**/*.test.{ts,tsx}'] },
})
