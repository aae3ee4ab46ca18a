import { expect, test } from 'bun:test'
import { seedDemo } from '../../support/demo.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator } from '../../support/page.ts'
import { pagesOf } from '../../support/pages.ts'

const gate = createGate()
const demo = seedDemo(gate.services, gate.clock.now())
const { visit } = await createOperator(gate)

/** IDs of agencies, agents, calls and requests; those of deliveries; and addresses. */
const copied =
  /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b|\bmsg_\w{8,}|\bhttps?:\/\/[^\s…]+/gi

/** The texts of a page that somebody might copy, and that no button copies. */
const looseIn = async (html: string) => {
  const loose: string[] = []
  let depth = 0
  let text = ''
  const within = {
    element(element: HTMLRewriterTypes.Element) {
      depth++
      element.onEndTag(() => {
        depth--
      })
    },
  }
  const page = new HTMLRewriter()
    .on('.copyable', within)
    // The rest is no content: what only browsers read, choices, the title of a drawing, and examples below a field.
    .on('head, script, style, noscript, svg, select, datalist, label small, .help', within)
    .on('pre', {
      element() {
        if (depth === 0) loose.push('a block of code')
      },
    })
    // A secret that is shown once has a button of its own.
    .on('input[readonly]:not([data-secret])', {
      element(element) {
        if (depth === 0) loose.push(`a field with ${element.getAttribute('value')}`)
      },
    })
    .onDocument({
      text(chunk) {
        text += chunk.text
        if (!chunk.lastInTextNode) return
        if (depth === 0) loose.push(...(text.match(copied) ?? []))
        text = ''
      },
    })
    .transform(html)
  expect(page).toBeString()
  return loose
}

test('whoever looks finds an ID, an address, a block and a field, unless a button copies them', async () => {
  const id = crypto.randomUUID()
  for (const [html, loose] of [
    [`<p>Call ${id}</p>`, [id]],
    [`<p><a href="/x"><code>${id}</code></a> and msg_01234567</p>`, [id, 'msg_01234567']],
    ['<td>Sent to <b>https://example.com/hook</b></td>', ['https://example.com/hook']],
    ['<pre tabindex="0"><code>{}</code></pre>', ['a block of code']],
    [`<input readonly value="${id}">`, [`a field with ${id}`]],
    [`<input readonly data-secret value="${id}"><a href="https://example.com/${id}">Call</a>`, []],
    [`<span class="copyable"><code>${id}</code></span><div class="copyable block"><pre></pre></div>`, []],
  ] as const)
    expect(await looseIn(html)).toEqual([...loose])
})

test.each(Object.entries(pagesOf(demo)))(
  'every ID, URL and block of code on the page %s can be copied',
  async (_name, path) => {
    expect(await looseIn(await (await visit(path)).text())).toEqual([])
  },
)
