import { Elysia } from 'elysia'

/** `/healthz`: the process answers. `/readyz`: the database does too. */
export const health = ({ checkStorage }: { checkStorage(): void }) =>
  new Elysia({ name: 'health' })
    .get('/healthz', () => ({ status: 'ok' }))
    .get('/readyz', () => {
      checkStorage()
      return { status: 'ready' }
    })
