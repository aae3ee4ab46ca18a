import { Elysia } from 'elysia'

/** `/healthz`: the process answers. `/readyz`: the database does too, and which process this is. */
export const health = ({ checkStorage, instance }: { checkStorage(): void; instance: string }) =>
  new Elysia({ name: 'health' })
    .get('/healthz', () => ({ status: 'ok' }))
    .get('/readyz', () => {
      checkStorage()
      return { status: 'ready', instance }
    })
