// Keyboard shortcuts. Everything that they lead to is also reachable by Tab.
const keysOff = () => localStorage.getItem('callgate-keys') === 'off'
const agencyBase = () => /^\/admin\/agencies\/[\da-f-]{36}/.exec(location.pathname)?.[0]
const goTo = (key) => {
  const within = agencyBase() && shortcuts.agency.find((each) => each.key === key)
  const from = shortcuts.gate.find((each) => each.key === key)
  if (within) location.assign(agencyBase() + within.path)
  else if (from) location.assign(`/admin${from.path}`)
}
let goneAt = 0
document.addEventListener('keydown', (event) => {
  const { key, target } = event
  // Within a field, keys are text; with a modifier, they are the browser's.
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keysOff()) return
  if (target.closest('input, textarea, select, [contenteditable]')) return
  const follows = goneAt > 0 && performance.now() - goneAt < 1500
  if (follows) goTo(key)
  goneAt = key === 'g' && !follows ? performance.now() : 0
  const sheet = document.querySelector('dialog.sheet')
  if (key === '?' && sheet) sheet.close()
  // Where there is nothing to read it from, its page says why.
  else if (key === '?') openSheet().catch(() => location.assign('/admin/keys'))
  const search =
    document.querySelector('[aria-keyshortcuts="/"]') ??
    document.querySelector('input[type="search"], input[name="q"]')
  if (key === '/' && search) {
    event.preventDefault()
    sheet?.close()
    search.focus()
    search.select()
  }
})
// A sheet over the page with what the page of the keys says. The browser closes it by Escape, and returns the focus.
const openSheet = async () => {
  const answer = await fetch('/admin/keys', { redirect: 'error' })
  const keys = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main')
  // Two quick presses open one sheet.
  if (document.querySelector('dialog.sheet')) return
  const sheet = document.createElement('dialog')
  sheet.className = 'sheet'
  sheet.setAttribute('aria-labelledby', 'keys-title')
  const close = document.createElement('button')
  close.type = 'button'
  close.className = 'secondary'
  close.textContent = 'Close'
  close.autofocus = true
  close.addEventListener('click', () => sheet.close())
  sheet.append(close, ...keys.childNodes)
  sheet.addEventListener('close', () => sheet.remove())
  for (const button of sheet.querySelectorAll('[data-keys-switch]')) addKeysSwitch(button)
  document.body.append(sheet)
  sheet.showModal()
}
const addKeysSwitch = (button) => {
  const label = () => {
    button.textContent = keysOff() ? 'Turn keyboard shortcuts on' : 'Turn keyboard shortcuts off'
  }
  button.hidden = false
  label()
  button.addEventListener('click', () => {
    localStorage.setItem('callgate-keys', keysOff() ? 'on' : 'off')
    label()
  })
}
for (const button of document.querySelectorAll('[data-keys-switch]')) addKeysSwitch(button)

// Copies the code beside a button, and says so to everybody.
document.documentElement.classList.add('script')
const said = document.createElement('p')
said.className = 'announcement'
said.setAttribute('role', 'status')
document.body.append(said)
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('.copyable .copy')
  if (!button) return
  const code = button.parentElement.querySelector('code')
  try {
    await navigator.clipboard.writeText(code.textContent)
  } catch {
    // The clipboard needs https or localhost; elsewhere the selected text is copied the old way.
    getSelection().selectAllChildren(code)
    document.execCommand('copy')
  }
  said.textContent = 'Copied.'
  setTimeout(() => (said.textContent = ''), 2000)
})
