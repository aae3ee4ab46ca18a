// A passkey signs in the browser, and its form carries what it signed. Without this, the form stays hidden.
const ceremonies = {
  get: {
    read: (options) => PublicKeyCredential.parseRequestOptionsFromJSON(options),
    failure: 'The passkey was not used. Try again, or choose another way.',
  },
  create: {
    read: (options) => PublicKeyCredential.parseCreationOptionsFromJSON(options),
    failure: 'The passkey was not created. Try again, or use another device.',
  },
}

const respond = async (form) => {
  const { passkey, options, field } = form.dataset
  const response = await fetch(options, { redirect: 'error' })
  if (!response.ok) throw new Error(`the options came with ${response.status}`)
  const publicKey = ceremonies[passkey].read(await response.json())
  form.elements[field].value = JSON.stringify(await navigator.credentials[passkey]({ publicKey }))
  form.requestSubmit()
}

const wirePasskeyForm = (form) => {
  const button = form.querySelector('button')
  const status = form.querySelector('[role="status"]')
  form.hidden = false
  form.nextElementSibling.hidden = true
  button.addEventListener('click', async () => {
    if (!form.reportValidity()) return
    button.disabled = true
    status.textContent = ''
    try {
      await respond(form)
    } catch {
      status.textContent = ceremonies[form.dataset.passkey].failure
    }
    button.disabled = false
  })
}

if (globalThis.PublicKeyCredential?.parseCreationOptionsFromJSON)
  for (const form of document.querySelectorAll('form[data-passkey]')) wirePasskeyForm(form)
