import { callStatuses } from '../../../calls/call.ts'
import { environmentNames } from '../../../agencies/environment.ts'
import { Chips } from '../../page/filters.tsx'
import { Flash } from '../../page/flash.tsx'
import { Icon, iconNames } from '../../page/icon.tsx'
import { Form, FormError, InputField, SelectField } from '../../page/form.tsx'
import { Layout, type Viewer } from '../../page/layout.tsx'
import { Question } from '../../page/question.tsx'
import { Table } from '../../page/table.tsx'
import { Time } from '../../page/time.tsx'
import { EnvironmentTag, StatusTag } from '../../page/words.tsx'

const here = '/admin/style'

/** Every part of which pages are made, to look at in both themes and at all widths. */
export const StylePage = ({ person, now }: { person: Viewer; now: number }) => (
  <Layout title="Style" section="overview" person={person} parents={[]}>
    <main>
      <h1>Style</h1>
      <Words now={now} />
      <Notices />
      <States />
      <Fields />
      <Lists />
      <section aria-labelledby="question-title">
        <h2 id="question-title">Question</h2>
        <Question
          title="Disable production access?"
          ends="Every request with the production key gets 403."
          impact="214 requests came in the last hour."
          action={here}
          button="Disable access"
          keep={{ href: here, label: 'Keep access' }}
        />
      </section>
    </main>
  </Layout>
)

const Words = ({ now }: { now: number }) => (
  <section aria-labelledby="words-title">
    <h2 id="words-title">Words</h2>
    <h3>A heading of the third level</h3>
    <p>
      A sentence with <a href={here}>a link</a>, <strong>weight</strong>, <code>code</code>, a key{' '}
      <kbd>?</kbd>, <small>small print</small>, and a time: <Time at={now - 3_600_000} />.
    </p>
    <pre>
      <code>curl https://calls.example.com/api/v1/key</code>
    </pre>
    <dl class="facts">
      <dt>Plan</dt>
      <dd>Agency</dd>
      <dt>Agency ID</dt>
      <dd>
        <code>01a22ef5-4dc7-749a-8fb0-3ed189e5f3a6</code>
      </dd>
    </dl>
    <p class="empty">
      Nothing is here yet. <a href={here}>Begin with the first</a>
    </p>
    <ul class="row start" role="list" aria-label="Icons">
      {iconNames.map((name) => (
        <li key={name} class="row start">
          <Icon name={name} />
          {name}
        </li>
      ))}
    </ul>
  </section>
)

const Notices = () => (
  <section aria-labelledby="notices-title">
    <h2 id="notices-title">Notices</h2>
    <Flash>The webhook was saved.</Flash>
    <FormError message="Enter a URL that begins with https://." />
    <p class="notice">A notice.</p>
    <p class="notice warning">A warning.</p>
  </section>
)

const States = () => (
  <section aria-labelledby="states-title">
    <h2 id="states-title">States</h2>
    <p class="row start">
      {environmentNames.map((name) => (
        <EnvironmentTag key={name} name={name} />
      ))}
      {callStatuses.map((status) => (
        <StatusTag key={status} status={status} />
      ))}
      <span class="tag">Plain</span>
      <span class="tag done">Done</span>
      <span class="tag warning">Check</span>
      <span class="tag error">Urgent</span>
    </p>
  </section>
)

const Fields = () => (
  <section aria-labelledby="fields-title">
    <h2 id="fields-title">Fields and buttons</h2>
    <article>
      <Form
        method="get"
        action={here}
        error={{ sentence: 'Enter a URL that begins with https://.', field: 'wrong' }}
      >
        <InputField
          name="text"
          label="Text"
          placeholder="Front desk"
          autoComplete="off"
          hint="What it is for."
        />
        <InputField name="wrong" label="Wrong" value="ftp://example.com" autoComplete="off" />
        <SelectField name="choice" label="Choice">
          <option>One</option>
          <option>Another</option>
        </SelectField>
        <label>
          <input type="checkbox" name="box" /> A box
        </label>
        <div class="row start">
          <button type="submit">Save</button>
          <button type="submit" class="secondary">
            Secondary
          </button>
          <button type="button" role="switch" aria-checked="true">
            <span class="track" />
            API access
          </button>
        </div>
      </Form>
    </article>
  </section>
)

const Lists = () => (
  <section aria-labelledby="lists-title">
    <h2 id="lists-title">Lists</h2>
    <nav class="tabs" aria-label="Tabs">
      <a href={here} aria-current="page">
        Last hour
      </a>
      <a href={here}>Last 24 hours</a>
    </nav>
    <Chips
      chips={[
        { label: 'Staging', without: here },
        { label: 'Canceled', without: here },
      ]}
      clear={here}
    />
    <Table
      label="A table"
      heads={[{ label: 'Time', href: here, sorted: 'descending' }, 'Number', 'Status', 'Length']}
    >
      <tr>
        <td>just now</td>
        <td>+12025550307</td>
        <td>
          <StatusTag status="completed" />
        </td>
        <td class="number">3 min 7 s</td>
      </tr>
    </Table>
  </section>
)
