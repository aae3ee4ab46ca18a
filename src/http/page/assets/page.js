// Everything here is an extra: the page works without it.

// The server writes times in this zone, unless the account has another. A year, because browsers keep no cookie for longer than that.
document.cookie = `callgate-zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/; max-age=31536000; samesite=strict`

for (const button of document.querySelectorAll('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy)
  const status = document.getElementById(button.dataset.status)
  button.hidden = false
  button.addEventListener('click', async () => {
    if (source.select) source.select()
    else getSelection().selectAllChildren(source)
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent)
    } catch {
      // The clipboard needs https or localhost; elsewhere the selected text is copied the old way.
      document.execCommand('copy')
    }
    status.textContent = 'Copied.'
  })
}

// A second click while the answer is on its way would ask for a second key.
for (const form of document.querySelectorAll('form[method="post"]'))
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'true'
  })
// A page that comes back from memory may be used again.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent
})

// A browser may bring a page back from memory: a key must not come back with it.
window.addEventListener('pagehide', () => {
  for (const secret of document.querySelectorAll('[data-secret]'))
    if ('value' in secret) secret.value = ''
    else secret.replaceChildren()
})

// What changes by itself is fetched again while somebody looks at it; what they are using is left alone.
const refreshed = () => [...document.querySelectorAll('[data-refresh-seconds]')]
const refresh = async () => {
  if (document.hidden) return
  await Promise.all([...new Set(refreshed().map(sourceOf))].map(refreshFrom))
}
const sourceOf = (part) => part.dataset.refreshFrom ?? location.href
const refreshFrom = async (source) => {
  // Says that nobody asked: a page that looks after itself must not keep somebody signed in.
  const answer = await fetch(source, { redirect: 'error', headers: { 'x-refresh': '1' } })
  if (!answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
  for (const part of refreshed().filter((each) => sourceOf(each) === source)) {
    const now = fresh.getElementById(part.id)
    if (!now || part.contains(document.activeElement)) continue
    if (part.innerHTML !== now.innerHTML) part.replaceChildren(...now.childNodes)
    if (!now.dataset.refreshSeconds) delete part.dataset.refreshSeconds
  }
}
const refreshLater = () => {
  const seconds = refreshed().map((part) => Number(part.dataset.refreshSeconds))
  if (seconds.length > 0)
    setTimeout(
      () =>
        refresh()
          .catch(() => {})
          .finally(refreshLater),
      Math.min(...seconds) * 1000,
    )
}
refreshLater()

// The code of a one-time link is behind the #, where no server sees it. It goes on in a form, and leaves the address.
const takeCode = () => {
  const form = document.querySelector('form[data-code-from-address]')
  // The link that skips to the content changes the address too.
  if (!form || location.hash.length < 2 || document.querySelector(':target')) return
  form.elements.token.value = location.hash.slice(1)
  history.replaceState(null, '', location.pathname)
  form.requestSubmit()
}
window.addEventListener('hashchange', takeCode)
window.addEventListener('load', takeCode)

// A key is shown as bvai_sk_…abcd, and copied so. Nothing that looks like one may come into an address.
document.querySelector('form.search')?.addEventListener('submit', ({ target }) => {
  const field = target.elements.q
  field.value = field.value.replace(/bvai_sk_\S*(?=[0-9A-Za-z]{4}$)/, '…')
})
