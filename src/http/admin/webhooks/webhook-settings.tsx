import { readExample } from '../../../docs/example.ts' with { type: 'macro' }
import type { Endpoint } from '../../../webhooks/endpoint.ts'
import { CodeBlock, Copyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { RotateForm } from '../../page/signed-url.tsx'

export const WebhookSettings = ({ path, webhook, now }: { path: string; webhook: Endpoint; now: number }) => (
  <article aria-labelledby="settings">
    <h2 id="settings">Settings</h2>
    <dl class="facts">
      <dt>URL</dt>
      <dd>
        <Copyable label="URL">{webhook.url}</Copyable>
      </dd>
      <dt>Signing secret</dt>
      <dd>
        <code>{`whsec_…${webhook.hint}`}</code>
      </dd>
      {webhook.previousUntil !== null && webhook.previousUntil > now && (
        <>
          <dt>Previous secret</dt>
          <dd>
            also signs until <Time at={webhook.previousUntil} />
          </dd>
        </>
      )}
    </dl>
    <form method="post" action={`${path}/access`} class="row start">
      <button type="submit" class="secondary" name="enabled" value={webhook.enabled ? 'false' : 'true'}>
        {webhook.enabled ? 'Disable webhook…' : 'Enable webhook'}
      </button>
    </form>
    <RotateForm path={`${path}/secret`} requests="delivery" />
    <form method="post" action={`${path}/remove`} class="row start">
      <button type="submit" class="secondary">
        Remove webhook…
      </button>
    </form>
  </article>
)

const snippets = [
  ['TypeScript', readExample('verify.ts')],
  ['Python', readExample('verify.py')],
  ['curl and openssl', readExample('verify.sh')],
] as const

export const Verification = () => (
  <article aria-labelledby="verification">
    <h2 id="verification">Verify webhooks</h2>
    <p>
      Don’t trust a webhook until you have verified its signature (Standard Webhooks 1.0.0). Use the{' '}
      <code>webhook-id</code> to detect duplicate events. To watch deliveries arrive, run{' '}
      <a href="/docs/quickstart#4-receive-webhooks">the documentation’s receiver</a>.
    </p>
    {snippets.map(([title, code]) => (
      <details key={title}>
        <summary>{title}</summary>
        <CodeBlock label={title}>{code}</CodeBlock>
      </details>
    ))}
  </article>
)
