import type { Credential, ProviderKind } from '../../../calls/provider.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { baseUrlHelp } from '../../../providers/kinds.ts'
import { credentialText, credentialTitle, pageHost } from '../../../providers/credential-help.ts'
import type { ProviderAccount } from '../../../providers/account.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { Form, FormError, InputField } from '../../page/form.tsx'
import { Copyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { ShownSecret } from '../../page/shown-secret.tsx'
import { inSentence } from '../../../providers/title.ts'

interface ProviderProps extends AgencyPageProps {
  kind: ProviderKind
  account: ProviderAccount | undefined
  hookUrl: string | undefined
  /** The warning about the hook's address. */
  notice: string | undefined
  baseUrl?: string
  error?: FieldProblem | undefined
  /** Why the test of the saved account failed. */
  complaint?: string
  /** Secrets generated just now: this is the only response that shows them. */
  made?: Record<string, string>
}

export const ProviderPage = (props: ProviderProps) => {
  const { person, agency, kind, account, hookUrl, notice, error, complaint, made = {} } = props
  const path = `/admin/agencies/${agency.id}/integrations/providers/${kind.name}`
  return (
    <AgencyLayout person={person} agency={agency} title={kind.title} section="integrations" parents={[]}>
      <h1>{kind.title}</h1>
      <FormError message={complaint} />
      {Object.entries(made).map(([name, secret]) => (
        <MadeSecret
          key={name}
          name={kind.credentials.find((each) => each.name === name)?.label ?? name}
          secret={secret}
          title={kind.title}
        />
      ))}
      {account && (
        <p>
          Connected. Last saved <Time at={account.savedAt} />.
        </p>
      )}
      {account && (
        <form method="post" action={`${path}/test`} class="row start">
          <button type="submit" class="secondary">
            Test the credentials
          </button>
          <small>Asks {inSentence(kind.title)} whether they still work. This places no call.</small>
        </form>
      )}
      {hookUrl && <HookUrl url={hookUrl} kind={kind} />}
      {notice && <p class="notice warning">{notice}</p>}
      <article>
        <h2>{account ? 'Change the account' : 'Connect an account'}</h2>
        <Form action={path} error={error} once={!account && kind.credentials.some(({ make }) => make)}>
          {kind.credentials.map((credential) => (
            <CredentialField
              key={credential.name}
              credential={credential}
              hint={account?.hints[credential.name]}
            />
          ))}
          <BaseUrlField kind={kind} baseUrl={props.baseUrl ?? account?.baseUrl ?? ''} />
          <p>
            <small>{`When you save, callgate checks the credentials with ${inSentence(kind.title)}. This places no call.`}</small>
          </p>
          <button type="submit">Save account</button>
        </Form>
      </article>
      {account && (
        <form method="post" action={`${path}/remove`} class="row start">
          <button type="submit" class="secondary">
            Remove account…
          </button>
        </form>
      )}
    </AgencyLayout>
  )
}

const MadeSecret = ({ name, secret, title }: { name: string; secret: string; title: string }) => (
  <article>
    <p class="notice warning" role="status">
      <strong>{`${name}: copy it now. It won’t be shown again.`}</strong>{' '}
      {`Paste it at ${inSentence(title)}.`}
    </p>
    <ShownSecret id="made-secret" label={name} value={secret} />
  </article>
)

const HookUrl = ({ url, kind: { title, hookAdvice } }: { url: string; kind: ProviderKind }) => (
  <>
    <h2>Hook URL</h2>
    <p>{`${title} uses this URL to report how calls go. ${hookAdvice}`}</p>
    <p>
      <Copyable label="hook URL">{url}</Copyable>
    </p>
  </>
)

interface CredentialFieldProps {
  credential: Credential
  /** The last characters of the saved one. */
  hint: string | undefined
}

const CredentialField = ({ credential, hint }: CredentialFieldProps) => (
  <InputField
    // A text field masked by its style: browsers fill password fields with the password of the sign-in.
    type="text"
    class="masked"
    name={credential.name}
    label={credentialTitle(credential)}
    autoComplete="off"
    autoCapitalize="off"
    spellcheck={false}
    required={credential.required && hint === undefined && !credential.make}
    placeholder={hint === undefined ? '' : `…${hint} (leave empty to keep)`}
    help={
      <>
        {credentialText(credential)}
        {credential.make && hint === undefined && ' Leave empty to generate one.'}
        {credential.find.page !== undefined && (
          <>
            {' '}
            {/* In a tab of its own, so that nothing that was typed is lost. */}
            <a href={credential.find.page} target="_blank" rel="noreferrer noopener">
              {`More at ${pageHost(credential.find.page)}`}
            </a>
          </>
        )}
      </>
    }
  />
)

const BaseUrlField = ({ kind, baseUrl }: { kind: ProviderKind; baseUrl: string }) => (
  <>
    <InputField
      type="url"
      name="base_url"
      label="Base URL"
      value={baseUrl}
      required={kind.needsBaseUrl}
      autoComplete="off"
      list={kind.regions && 'regions'}
      hint={baseUrlHelp(kind)}
    />
    {kind.regions && (
      <datalist id="regions">
        {kind.regions.map(({ name, url }) => (
          <option key={url} value={url}>
            {name}
          </option>
        ))}
      </datalist>
    )}
  </>
)
