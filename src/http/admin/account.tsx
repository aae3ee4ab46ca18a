import { Elysia } from 'elysia'
import type { Services } from '../../services.ts'
import type { Person } from '../../people/person.ts'
import { throttleAddress } from '../address.ts'
import { signedIn } from './guard.ts'
import { newPasswordSchema } from './new-password.ts'
import { AccountPage } from './pages/account.tsx'
import { renderPage } from './pages/layout.tsx'

/** The same for a wrong password and too many attempts. */
const wrongPassword = 'The current password is wrong, or there were too many attempts.'

/** What people do with their own account. */
export const accountPages = (services: Services) => {
  const { agencies, audit, passwords, people, sessions } = services

  const page = (person: Person, shown: { changed?: boolean; error?: string | undefined }) => {
    const agency = person.agencyId === null ? undefined : agencies.find(person.agencyId)
    return renderPage(<AccountPage person={person} agencyName={agency?.name} {...shown} />)
  }

  return new Elysia({ name: 'account-pages' })
    .use(signedIn(services))
    .get('/account', ({ person, query }) => page(person, { changed: 'changed' in query }))
    .get('/account/password', ({ redirect }) => redirect('/admin/account', 303))
    .post(
      '/account/password',
      async ({ by, person, request, set, redirect, readForm }) => {
        const { current = '', password } = await readForm()
        const refuse = (error: string | undefined, status = 422) => {
          set.status = status
          return page(person, { error })
        }
        const given = newPasswordSchema.safeParse(password)
        if (!given.success) return refuse(given.error.issues[0]?.message)
        const checked = await passwords.signIn(person.email, current, throttleAddress(by.address))
        if (!('person' in checked)) return refuse(wrongPassword, checked.retryAfterSeconds ? 429 : 422)
        const passwordHash = await passwords.hash(given.data)
        const change = () => people.changePassword(checked.person, passwordHash)
        const deed = { ...by, action: 'password.changed', agency: person.agencyId } as const
        const changed = audit.change(change, (done) => (done ? deed : undefined))
        if (!changed) return refuse(wrongPassword)
        set.headers['set-cookie'] = sessions.open(person.id, request)
        return redirect('/admin/account?changed', 303)
      },
      { parse: 'none' },
    )
    .post(
      '/account/sign-out-everywhere',
      ({ by, person, request, set, redirect }) => {
        const deed = { ...by, action: 'signed_out_everywhere', agency: person.agencyId } as const
        audit.change(() => people.closeSessions(person.id), deed)
        set.headers['set-cookie'] = sessions.close(request)
        return redirect('/admin/sign-in', 303)
      },
      { parse: 'none' },
    )
}
