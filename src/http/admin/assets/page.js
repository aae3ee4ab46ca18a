// Everything here is an extra: the page works without it.
for (const button of document.querySelectorAll('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy)
  const status = document.getElementById(button.dataset.status)
  button.hidden = false
  button.addEventListener('click', async () => {
    source.select()
    try {
      await navigator.clipboard.writeText(source.value)
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
  for (const secret of document.querySelectorAll('[data-secret]')) secret.value = ''
})
