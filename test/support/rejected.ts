interface Control {
  /** Where its form goes. */
  action: string
  name: string
  type: string
  value: string | null
  isInvalid: boolean
  isFocused: boolean
  describedBy: string[]
  /** Within something folded. */
  isHidden: boolean
  /** A secret, of which no page keeps what was typed. */
  isSecret: boolean
}

interface Alert {
  id: string | null
  /** The form that it is in, if any. */
  action: string | undefined
  text: string
}

/** The controls of a page’s forms, and what it says aloud. */
export const readRejected = async (html: string) => {
  const controls: Control[] = []
  const alerts: Alert[] = []
  let action: string | undefined
  const folds: boolean[] = []
  const control = (element: HTMLRewriterTypes.Element) => {
    const type = element.getAttribute('type') ?? element.tagName
    const complete = element.getAttribute('autocomplete')
    controls.push({
      action: action ?? '',
      name: element.getAttribute('name') ?? '',
      type,
      value: element.tagName === 'textarea' ? '' : element.getAttribute('value'),
      isInvalid: element.getAttribute('aria-invalid') === 'true',
      isFocused: element.hasAttribute('autofocus'),
      describedBy: (element.getAttribute('aria-describedby') ?? '').split(' '),
      isHidden: folds.includes(true),
      isSecret:
        type === 'password' || element.getAttribute('class') === 'masked' || complete === 'one-time-code',
    })
  }
  await new HTMLRewriter()
    .on('form', {
      element: (form) => {
        action = form.getAttribute('action') ?? ''
        form.onEndTag(() => {
          action = undefined
        })
      },
    })
    .on('details', {
      element: (details) => {
        folds.push(!details.hasAttribute('open'))
        details.onEndTag(() => {
          folds.pop()
        })
      },
    })
    .on('input:not([type="hidden"]), select', { element: control })
    .on('textarea', {
      element: control,
      text: ({ text }) => {
        const last = controls.at(-1)
        if (last) last.value += text
      },
    })
    .on('[role="alert"]', {
      element: (alert) => {
        alerts.push({ id: alert.getAttribute('id'), action, text: '' })
      },
      text: ({ text }) => {
        const last = alerts.at(-1)
        if (last) last.text += text
      },
    })
    .transform(new Response(html))
    .text()
  return { controls, alerts }
}
