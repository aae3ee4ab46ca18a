// Copies the code beside a button, and says so where the reader looks.
for (const button of document.querySelectorAll('button[data-copy-code]')) {
  const code = button.parentElement.querySelector('code')
  button.hidden = false
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code.textContent)
      button.textContent = 'Copied'
    } catch {
      // The clipboard needs https or localhost; elsewhere the code is selected, to be copied by hand.
      getSelection().selectAllChildren(code)
      button.textContent = 'Press Ctrl+C'
    }
  })
}
