import { Elysia } from 'elysia'
import { type GuardDeps, operatorOnly } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import { StylePage } from './style.tsx'

/** False in the executable, where no file has its own name. */
const isSource = import.meta.file === 'style-pages.tsx'

/** The page of all parts, for whoever works on them. An executable does not have it. */
export const stylePages = (deps: GuardDeps) => {
  const pages = new Elysia({ name: 'style-pages' })
  return isSource
    ? pages
        .use(operatorOnly(deps))
        .get('/style', ({ person }) => renderPage(<StylePage person={person} now={deps.clock.now()} />))
    : pages
}
