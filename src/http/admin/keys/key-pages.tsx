import { Elysia } from 'elysia'
import { type GuardDeps, signedIn } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import { KeysPage } from './keys.tsx'

/** The sheet of the keyboard shortcuts. */
export const keyPages = (deps: GuardDeps) =>
  new Elysia({ name: 'key-pages' })
    .use(signedIn(deps))
    .get('/keys', ({ person }) => renderPage(<KeysPage person={person} />))
