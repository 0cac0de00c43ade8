'use client'
// The frame itself failed: nothing of it can be used here, and nothing inline would pass the policy.

export default function Failed({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main>
          <h1>The console failed</h1>
          <p>Reload the page. If it persists, tell the operator when it happened.</p>
          <button type="button" onClick={reset}>
            Try again
          </button>
        </main>
      </body>
    </html>
  )
}
